import Foundation

/// A TCP connection to a port of this machine, closed with the value.
final class LoopbackSocket {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Connects; a small `receiveBuffer` makes a peer that writes much notice soon that nobody reads.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = LoopbackSocket.address(port: port)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // What is thrown here lets go of the value, whose end closes the socket; to close it twice is to close another's.
        guard result == 0 else { throw HarnessError("connecting to port \(port): \(String(cString: strerror(errno)))") }
    }

    deinit { Foundation.close(descriptor) }

    /// Sends all of the bytes; whether the peer took them.
    @discardableResult
    func send(_ bytes: some Collection<UInt8>) -> Bool {
        let bytes = Array(bytes)
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

    @discardableResult
    func send(_ text: String) -> Bool { send(text.utf8) }

    /// Sends the bytes again and again until the peer has taken nothing for a fifth of a second.
    func flood(_ bytes: [UInt8]) {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        var sent = 0
        while poll(&request, 1, 200) > 0 {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            guard count > 0 || errno == EAGAIN else { return }
            sent = (sent + max(0, count)) % bytes.count
        }
    }

    /// What has arrived, waiting for it if need be; nil once the peer has closed.
    func receive(until deadline: ContinuousClock.Instant) throws -> [UInt8]? {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, (deadline - .now).pollMilliseconds) > 0 else {
            throw HarnessError("nothing more arrived in time")
        }
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// A port that nothing uses, below those that the kernel gives to connections.
    static func unusedPort() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 20_000..<30_000)
            if (try? Occupation(of: port)) != nil { return port }
        }
        throw HarnessError("no port is free")
    }

    static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    /// A port that is listened on for as long as this value lives.
    final class Occupation {
        private let descriptor: Int32

        init(of port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = LoopbackSocket.address(port: port)
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0, listen(descriptor, 1) == 0 else { throw HarnessError("port \(port) is in use") }
        }

        deinit { Foundation.close(descriptor) }
    }
}
