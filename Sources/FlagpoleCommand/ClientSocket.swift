import CLinux
import Glibc

/// A blocking connection to a server.
struct ClientSocket: ~Copyable {
    enum Received {
        case bytes([UInt8])
        /// Nothing came for as long as was waited.
        case silence
        case closed
    }

    /// For waiting on several at once.
    let descriptor: Int32

    init(to address: ServerAddress) throws(CommandError) {
        switch address.endpoint {
        case .tcp(let host, let port): descriptor = try Self.connect(to: host, port, address)
        case .unix(let path): descriptor = try Self.connect(to: path, address)
        }
    }

    private static func connect(to path: String, _ address: ServerAddress) throws(CommandError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw unreachable(address, errno) }
        set(SO_SNDTIMEO, .seconds(10), of: descriptor)
        guard clinux_connect_unix(descriptor, path) == 0 else {
            let reason = errno
            close(descriptor)
            throw unreachable(address, reason)
        }
        return descriptor
    }

    /// Connects to the first of the host's addresses that takes the connection, each within ten seconds.
    private static func connect(
        to host: String, _ port: String, _ address: ServerAddress
    ) throws(CommandError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, port, &hints, &list)
        guard result == 0 else { throw .failure("\(address): \(String(cString: gai_strerror(result)))") }
        defer { freeaddrinfo(list) }

        var reason = EADDRNOTAVAIL
        var candidate = list
        while let info = candidate?.pointee {
            candidate = info.ai_next
            let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), info.ai_protocol)
            guard descriptor >= 0 else {
                reason = errno
                continue
            }
            // The timeout of writing is also that of connecting (socket(7)).
            set(SO_SNDTIMEO, .seconds(10), of: descriptor)
            if Glibc.connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 { return descriptor }
            reason = errno == EINPROGRESS ? ETIMEDOUT : errno
            close(descriptor)
        }
        throw unreachable(address, reason)
    }

    private static func unreachable(_ address: ServerAddress, _ reason: Int32) -> CommandError {
        .failure("\(address) cannot be reached: \(String(cString: strerror(reason)))")
    }

    deinit { close(descriptor) }

    /// Sends all of it; returns false where the connection broke.
    borrowing func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent > 0 { rest.removeFirst(sent) } else if errno != EINTR { return false }
        }
        return true
    }

    /// Waits for bytes, at most for the time given; a broken connection counts as closed.
    borrowing func receive(within timeout: Duration) -> Received {
        Self.set(SO_RCVTIMEO, timeout, of: descriptor)
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count > 0 { return .bytes(Array(bytes[..<count])) }
            if count == 0 { return .closed }
            if errno != EINTR { return errno == EAGAIN ? .silence : .closed }
        }
    }

    /// What is there already; silence where nothing is.
    borrowing func receiveNow() -> Received {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count > 0 { return .bytes(Array(bytes[..<count])) }
            if count == 0 { return .closed }
            if errno != EINTR { return errno == EAGAIN ? .silence : .closed }
        }
    }

    private static func set(_ option: Int32, _ duration: Duration, of descriptor: Int32) {
        let (seconds, attoseconds) = duration.components
        var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
}
