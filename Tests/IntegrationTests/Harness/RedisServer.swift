import Foundation
import Redis

/// A redis-server of a test's own, on a Unix socket; it can be killed and started again on all that it acknowledged.
final class RedisServer {
    private let directory: TemporaryDirectory
    private var process: ChildProcess?

    init() throws {
        directory = try TemporaryDirectory()
        try start()
    }

    deinit { kill() }

    var socketPath: String { directory.path("redis.sock") }

    /// As `redis.url` takes it.
    var url: String { "unix://\(socketPath)" }

    func start() throws {
        process = try ChildProcess(
            ["redis-server", "--port", "0", "--unixsocket", directory.path("redis.sock"), "--dir", directory.path]
                + ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--logfile", directory.path("log")])
        try eventually("redis-server") { (try? connect().command("PING"))?.string == "PONG" }
    }

    func kill() { process?.kill() }

    func signal(_ number: Int32) { process?.signal(number) }

    /// Becomes a replica of another, and waits until it has all that the other has.
    func replicate(_ primary: RedisServer) throws {
        let port = String(try LoopbackSocket.unusedPort())
        let connection = try primary.connect()
        try connection.command("CONFIG", "SET", "port", port, "repl-diskless-sync-delay", "0")
        try connect().command("REPLICAOF", "127.0.0.1", port)
        try eventually("replication") {
            try connect().command("INFO", "replication").string.contains("master_link_status:up")
        }
    }

    /// Is no replica any more.
    func promote() throws { try connect().command("REPLICAOF", "NO", "ONE") }

    func connect() throws -> RedisConnection { try .test(directory.path("redis.sock")) }
}

extension RedisConnection {
    /// A connection for a test, which would rather fail than wait.
    static func test(_ path: String) throws(RedisError) -> RedisConnection {
        _ = ignoringBrokenPipes
        return try RedisConnection(
            RedisEndpoint(.unix(path: path)), connectTimeout: .seconds(5), commandTimeout: .seconds(15))
    }

    /// Runs a command of bytes that need not be text.
    @discardableResult
    func command(bytes arguments: [[UInt8]]) throws -> RedisReply {
        append(arguments)
        let reply = try readReply()
        if let error = reply.serverError { throw RedisError.server(error) }
        return reply
    }

    /// Writes as an application does: the entries onto the list, then the flag.
    func push(_ entries: String..., to feed: String) throws { try push(entries, to: feed) }

    func push(_ entries: [String], to feed: String) throws {
        let id = feed.dropFirst("user:".count)
        try command(bytes: (["RPUSH", "notifications:user:\(id)"] + entries).map { Array($0.utf8) })
        try command("SET", "user:\(id):has_new_notification", "1")
    }
}

/// As in the program: Redis's client library writes to sockets that may be closed.
let ignoringBrokenPipes: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return true
}()
