import Foundation

/// A TCP connection to a port of this machine that never waits; closed with the value.
final class FleetSocket {
    let descriptor: Int32

    /// Begins to connect.
    ///
    /// One that `hasLittleRoom` holds few bytes, and makes the peer's kernel hold few, so that the peer soon notices
    /// when nothing is read here.
    init(port: Int, hasLittleRoom: Bool) {
        descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        if hasLittleRoom {
            set(SOL_SOCKET, SO_RCVBUF, 4096)
            // The kernel sizes the send buffer of the other end by the length of segments.
            set(Int32(IPPROTO_TCP), TCP_MAXSEG, 536)
        }
        var address = LoopbackSocket.address(port: port)
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { close(descriptor) }

    private func set(_ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends a request, which a new connection takes whole; false where there is none.
    func send(_ request: String) -> Bool {
        let bytes = Array(request.utf8)
        return bytes.withUnsafeBytes {
            Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) == $0.count
        }
    }

    /// What is there, at most so many bytes; nil once the connection has ended.
    func receive(atMost limit: Int) -> [UInt8]? {
        var isOpen = true
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let received = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            count = max(0, received)
            isOpen = received > 0 || (received < 0 && errno == EAGAIN)
        }
        return isOpen ? bytes : nil
    }
}
