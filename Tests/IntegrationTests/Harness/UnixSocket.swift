import Foundation

/// A Unix socket, listening or connected, that several threads may hold; closed with the value.
final class UnixSocket: Sendable {
    private let descriptor: Int32

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    convenience init(listeningOn path: String) throws {
        self.init(UnixSocket.create())
        guard UnixSocket.address(path, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 64) == 0 else {
            throw HarnessError("cannot listen on \(path)")
        }
    }

    convenience init(connectingTo path: String) throws {
        self.init(UnixSocket.create())
        guard UnixSocket.address(path, { connect(descriptor, $0, $1) }) == 0 else {
            throw HarnessError("nobody listens on \(path)")
        }
    }

    deinit { close(descriptor) }

    private static func create() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    private static func address(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Waits for a connection; nil once the socket is shut down.
    func accept() -> UnixSocket? {
        while true {
            let accepted = Foundation.accept(descriptor, nil, nil)
            if accepted >= 0 { return UnixSocket(accepted) }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }

    /// Sends all of the bytes; whether the peer took them.
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// What has arrived, waiting for it if need be; nil once the peer has closed.
    func receive() -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Whether the peer has closed its end.
    var isHungUp: Bool {
        var request = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&request, 1, 0) > 0
    }

    /// Ends what goes on over it, also for threads that wait for it.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
