import CLinux
import Glibc

extension Listener {
    /// Listens on a Unix socket, which its owner and its group may connect to.
    ///
    /// A socket that a server left behind is replaced; one that somebody listens on is not, nor is any other file.
    package init(socket path: String) throws(ListenerError) {
        try Listener.removeLeftOver(path)
        let descriptor = try Listener.unixSocket(path)
        // Whoever may not connect must not be able to in the moment before the mode is set either.
        let mask = umask(0o117)
        let isListening = clinux_bind_unix(descriptor, path) == 0 && listen(descriptor, 4096) == 0
        let code = errno
        umask(mask)
        guard isListening else {
            close(descriptor)
            throw code == ENOENT ? .noDirectory(path: path) : .failed(path, code: code)
        }
        self.init(descriptor: descriptor, port: 0)
    }

    /// Another descriptor of the same socket: each takes the connections that it gets to first.
    package func duplicate() throws(ListenerError) -> Listener {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .failed("the socket", code: errno) }
        return Listener(descriptor: copy, port: port)
    }

    private static func removeLeftOver(_ path: String) throws(ListenerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .occupied(path: path) }
        let descriptor = try unixSocket(path)
        defer { close(descriptor) }
        guard clinux_connect_unix(descriptor, path) != 0, errno == ECONNREFUSED else {
            throw .socketInUse(path: path)
        }
        unlink(path)
    }

    private static func unixSocket(_ path: String) throws(ListenerError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .failed(path, code: errno) }
        return descriptor
    }
}
