import Foundation
import Redis
import Testing

struct RedisConnectionFailureTests {
    @Test func `a server killed in the middle of a pipeline ends the connection for good`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        try redis.command("SET", "key", String(repeating: "x", count: 10_000))
        // 20 MB of replies, far more than any socket buffers.
        for _ in 0..<2000 { redis.append("GET", "key") }
        _ = try redis.readReply()
        server.kill()

        let error = #expect(throws: RedisError.self) {
            for _ in 1..<2000 { _ = try redis.readReply() }
        }
        #expect(error == .closed)
        #expect(!redis.isUsable)
        redis.append("PING")
        #expect(throws: RedisError.closed) { try redis.readReply() }
    }

    @Test func `a write to a server that is gone fails without a signal`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        server.kill()
        #expect(throws: RedisError.closed) { try redis.command("PING") }
        #expect(throws: RedisError.closed) { try redis.command("PING") }
    }

    @Test func `a paused server times out, and the late reply can never be read`() throws {
        let server = try RedisServer()
        let redis = try server.connect(commandTimeout: .milliseconds(50))
        try server.connect().command("CLIENT", "PAUSE", "60000", "ALL")
        #expect(throws: RedisError.timedOut) { try redis.command("GET", "key") }
        #expect(!redis.isUsable)
        #expect(throws: RedisError.timedOut) { try redis.command("GET", "key") }
    }

    @Test func `a server that takes nothing more times out`() throws {
        let server = try ScriptedServer()
        let redis = try server.connect(commandTimeout: .milliseconds(50))
        redis.append([[UInt8](repeating: 0, count: 10_000_000)])
        #expect(throws: RedisError.timedOut) { try redis.readReply() }
    }

    @Test func `half a reply and an end is the end`() throws {
        let server = try ScriptedServer()
        let redis = try server.connect()
        do {
            let peer = server.accept()
            peer.send("*2\r\n$5\r\nhello\r\n$5\r\nwo")
        }
        #expect(throws: RedisError.closed) { try redis.readReply() }
        #expect(!redis.isUsable)
    }

    @Test func `what is not the protocol is told apart`() throws {
        let server = try ScriptedServer()
        let redis = try server.connect()
        let peer = server.accept()
        peer.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        let error = #expect(throws: RedisError.self) { try redis.readReply() }
        #expect(error?.kind == "protocol")
        #expect(!redis.isUsable)
    }

    @Test func `where nobody listens it is unreachable, and the error says where`() {
        let endpoint = RedisEndpoint(.unix(path: "/nonexistent/redis.sock"), password: "geheim")
        let error = #expect(throws: RedisError.self) {
            try RedisConnection(endpoint, connectTimeout: .seconds(1), commandTimeout: .seconds(1))
        }
        #expect(error == .unreachable("unix:///nonexistent/redis.sock: No such file or directory"))
    }

    @Test func `a socket path too long for the kernel is refused, not cut short`() throws {
        let directory = TemporaryDirectory()
        let name = String(repeating: "n", count: RedisEndpoint.longestPath - directory.path.utf8.count)
        let endpoint = RedisEndpoint(.unix(path: directory.path(name)))
        let error = #expect(throws: RedisError.self) {
            try RedisConnection(endpoint, connectTimeout: .seconds(1), commandTimeout: .seconds(1))
        }
        #expect(
            error == .unreachable("the path of the socket has 108 bytes, and no socket can have more than 107"))
    }

    @Test func `a connection that its owner closed is closed`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        redis.close()
        redis.close()
        #expect(!redis.isUsable)
        #expect(throws: RedisError.closed) { try redis.command("PING") }
    }

    @Test func `a child of the process does not hold the connection open`() throws {
        let server = try ScriptedServer()
        let redis = try server.connect()
        let peer = server.accept()
        let child = try spawn(["sleep", "60"])
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        redis.close()
        var end = pollfd(fd: peer.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&end, 1, 5000) == 1)
    }
}
