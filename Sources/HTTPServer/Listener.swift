import CLinux
import Glibc

/// Why a listener cannot be had.
package enum ListenerError: Error, Equatable, Sendable, CustomStringConvertible {
    case addressInUse(String)
    case notPermitted(String)
    case unknownHost(String)
    case occupied(path: String)
    case socketInUse(path: String)
    case noDirectory(path: String)
    case failed(String, code: Int32)

    package var description: String {
        switch self {
        case .addressInUse(let address):
            "\(address) is in use: stop what listens there, or set server.port to another port"
        case .notPermitted(let address):
            "\(address) may not be listened on by this user: choose a server.port above 1023"
        case .unknownHost(let host):
            "\(host) is not an address of this machine: set server.host to one, such as 127.0.0.1"
        case .occupied(let path):
            "\(path) is there and is no socket: remove it, or set server.host to another path"
        case .socketInUse(let path):
            "\(path) is in use: stop what listens there, or set server.host to another path"
        case .noDirectory(let path):
            "\(path) cannot be made, since its directory is not there: create that, or set server.host to another path"
        case .failed(let address, let code):
            "cannot listen on \(address): \(String(cString: strerror(code)))"
        }
    }
}

/// A listening socket.
package struct Listener: Sendable {
    package let descriptor: Int32
    /// The port that it has, which the kernel chose where 0 was asked for; 0 for a Unix socket.
    package let port: Int

    /// Listens on a TCP address.
    ///
    /// `host` is an IPv4 or IPv6 literal, or a name that resolves to one. With `sharesPort` several listeners share the
    /// port, and the kernel spreads the connections among them.
    package init(host: String, port: Int, sharesPort: Bool = false) throws(ListenerError) {
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list?.pointee else {
            throw .unknownHost(host)
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(
            first.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .failed(address, code: errno) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        // Of all its connections, which inherit it.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        if sharesPort { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, socklen_t(MemoryLayout<Int32>.size)) }
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, listen(descriptor, 4096) == 0 else {
            let code = errno
            close(descriptor)
            switch code {
            case EADDRINUSE: throw .addressInUse(address)
            case EACCES: throw .notPermitted(address)
            case EADDRNOTAVAIL: throw .unknownHost(host)
            default: throw .failed(address, code: code)
            }
        }
        self.descriptor = descriptor
        self.port = Listener.boundPort(descriptor) ?? port
    }

    init(descriptor: Int32, port: Int) {
        self.descriptor = descriptor
        self.port = port
    }

    private static func boundPort(_ descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
                ? pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    Int(UInt16(bigEndian: $0.pointee.sin_port))
                }
                : nil
        }
    }
}
