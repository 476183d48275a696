import Foundation
import Redis

/// A redis-server of one test's own, on a Unix socket in a directory of its own; killed and removed with the value.
final class RedisServer {
    let connection: RedisConnection
    let endpoint: RedisEndpoint
    private let directory: TemporaryDirectory
    private let process: Process

    init() throws {
        signal(SIGPIPE, SIG_IGN)
        directory = try TemporaryDirectory()
        let path = directory.path("redis.sock")
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["redis-server", "--port", "0", "--unixsocket", path, "--dir", directory.path]
            + ["--save", "", "--appendonly", "no", "--logfile", directory.path("log")]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        endpoint = RedisEndpoint(.unix(path: path))
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                connection = try RedisConnection(endpoint, connectTimeout: .seconds(1), commandTimeout: .seconds(20))
                return
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                poll(nil, 0, 2)
            }
        }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @discardableResult
    func command(_ arguments: String...) throws -> RedisReply {
        connection.append(arguments)
        let reply = try connection.readReply()
        if let error = reply.serverError { throw RedisError.server(error) }
        return reply
    }

    /// A list's entries.
    func list(_ key: String) throws -> [String] {
        let reply = try command("LRANGE", key, "0", "-1")
        return (0..<reply.count).map { reply.element($0).string }
    }

    func push(_ key: String, _ entries: some Sequence<Int>) throws {
        for entry in entries { try command("RPUSH", key, "\(entry)") }
    }
}
