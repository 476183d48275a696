import Foundation
import Redis
import Testing

struct RedisConnectionTests {
    @Test func `a value of any bytes comes back as it was`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        let value = (0...255).map(UInt8.init) + Array("\r\n$3\r\n".utf8)
        redis.append([Array("SET".utf8), Array("key".utf8), value])
        redis.append("GET", "key")
        redis.append("SET", "", "")
        redis.append("GET", "")

        #expect(try redis.readReply().string == "OK")
        #expect(try redis.readReply().withBytes(Array.init) == value)
        #expect(try redis.readReply().kind == .status)
        let empty = try redis.readReply()
        #expect(empty.kind == .string)
        #expect(empty.withBytes(\.count) == 0)
    }

    @Test func `ten thousand pipelined commands are answered in order`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        var encoded: [UInt8] = []
        for _ in 1...10_000 { RESPEncoder.append(command: ["INCR", "counter"], to: &encoded) }
        for round in 0..<2 {
            redis.append(encoded: encoded)
            for number in 1...10_000 {
                let reply = try redis.readReply()
                guard reply.integer == Int64(round * 10_000 + number) else {
                    Issue.record("reply \(number) is \(reply.integer)")
                    return
                }
            }
        }
    }

    @Test func `an array of a thousand large elements survives, and more than one read buffer with it`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        let keys = (0..<1000).map { "key:\($0)" }
        for (index, key) in keys.enumerated() where index != 500 {
            redis.append("SET", key, String(repeating: "\(index),", count: 1000))
        }
        for _ in 1..<1000 { _ = try redis.readReply() }
        var mget: [UInt8] = []
        RESPEncoder.append(command: ["MGET"] + keys, to: &mget)
        redis.append(encoded: mget)
        redis.append("PING")

        let reply = try redis.readReply()
        #expect(reply.kind == .array)
        #expect(reply.count == 1000)
        #expect(reply.element(500).kind == .nil)
        for index in [0, 1, 499, 501, 999] {
            #expect(reply.element(index).string == String(repeating: "\(index),", count: 1000))
        }
        #expect(try redis.readReply().string == "PONG")
    }

    @Test func `an element outlives the reply that it was taken from`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        func element() throws -> RedisReply {
            try redis.command("EVAL", "return {1, {'deep', 'below'}}", "0").element(1).element(0)
        }
        let kept = try element()
        for _ in 0..<100 { try redis.command("EVAL", "return {1, {'over', 'write'}}", "0") }
        #expect(kept.string == "deep")
    }

    @Test func `an error of the server is a reply, and the connection goes on`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        redis.append("SET", "text", "not a list")
        redis.append("LRANGE", "text", "0", "-1")
        redis.append("GET", "text")
        #expect(try redis.readReply().serverError == nil)
        let refused = try redis.readReply()
        #expect(refused.kind == .error)
        #expect(refused.serverError?.code == "WRONGTYPE")
        #expect(refused.serverError?.message.hasPrefix("Operation against a key") == true)
        #expect(try redis.readReply().string == "not a list")
        #expect(redis.isUsable)
    }

    @Test func `a command that is refused throws, and the connection goes on`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        let error = #expect(throws: RedisError.self) { try redis.command("EVALSHA", "0123456789", "0") }
        #expect(error?.kind == "noscript")
        #expect(try redis.command("PING").string == "PONG")
    }

    @Test func `a password is presented, and a wrong or missing one refused`() throws {
        let server = try RedisServer("--requirepass", "geheim")
        var endpoint = server.endpoint
        func connect() throws -> RedisConnection {
            try RedisConnection(endpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(20))
        }
        #expect(throws: RedisError.server(RedisServerError(text: "NOAUTH Authentication required."))) {
            try connect().command("PING")
        }
        endpoint.password = "falsch"
        #expect(try #require(throws: RedisError.self) { try connect() }.kind == "wrongpass")
        endpoint.password = "geheim"
        #expect(try connect().command("PING").string == "PONG")
    }

    @Test func `a user is presented with the password`() throws {
        let server = try RedisServer("--user", "alice", "on", ">rabbit", "~*", "+ping", "+acl|whoami")
        let endpoint = RedisEndpoint(server.endpoint.address, user: "alice", password: "rabbit")
        let redis = try RedisConnection(endpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(20))
        #expect(try redis.command("ACL", "WHOAMI").string == "alice")
        let error = #expect(throws: RedisError.self) { try redis.command("GET", "key") }
        #expect(error?.kind == "noperm")
    }

    @Test func `the database of the endpoint is selected`() throws {
        let server = try RedisServer()
        try server.connect().command("SET", "where", "zero")
        var endpoint = server.endpoint
        endpoint.database = 3
        let redis = try RedisConnection(endpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(20))
        #expect(try redis.command("GET", "where").kind == .nil)

        endpoint.database = 16
        #expect(throws: RedisError.server(RedisServerError(text: "ERR DB index is out of range"))) {
            try RedisConnection(endpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(20))
        }
    }

    @Test func `it speaks over TCP`() throws {
        let server = try RedisServer()
        let control = try server.connect()
        // The server picks no free port itself, so take one that the kernel just gave out.
        let port = try freePort()
        try control.command("CONFIG", "SET", "port", String(port))
        let endpoint = RedisEndpoint(.tcp(host: "127.0.0.1", port: port))
        let redis = try RedisConnection(endpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(20))
        #expect(try redis.command("ECHO", "hello").string == "hello")
    }

    private func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard result == 0 else { throw HarnessError(reason: "no port is free") }
        return UInt16(bigEndian: address.sin_port)
    }
}
