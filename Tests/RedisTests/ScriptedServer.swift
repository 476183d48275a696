import Foundation
import Redis

/// A Unix socket that answers as a test dictates, for what a real server never does.
final class ScriptedServer {
    let endpoint: RedisEndpoint
    private let directory = TemporaryDirectory()
    private let listener: Int32

    init() throws {
        _ = ignoringBrokenPipes
        let path = directory.path("scripted.sock")
        endpoint = RedisEndpoint(.unix(path: path))
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, listen(listener, 8) == 0 else { throw HarnessError(reason: "cannot listen on \(path)") }
    }

    deinit { close(listener) }

    func connect(commandTimeout: Duration = .seconds(20)) throws(RedisError) -> RedisConnection {
        try RedisConnection(endpoint, connectTimeout: .seconds(5), commandTimeout: commandTimeout)
    }

    func accept() -> Peer { Peer(descriptor: Foundation.accept(listener, nil, nil)) }

    /// The server's end of one connection, closed with the value.
    struct Peer: ~Copyable {
        let descriptor: Int32

        deinit { close(descriptor) }

        func send(_ text: String) {
            let bytes = Array(text.utf8)
            _ = write(descriptor, bytes, bytes.count)
        }

        func receive(count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < count {
                var chunk = [UInt8](repeating: 0, count: count - bytes.count)
                let read = read(descriptor, &chunk, chunk.count)
                guard read > 0 else { break }
                bytes += chunk[..<read]
            }
            return bytes
        }
    }
}
