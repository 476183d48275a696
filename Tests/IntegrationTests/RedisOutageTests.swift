import Foundation
import Redis
import Testing

/// Redis goes, and comes back.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RedisOutageTests {
    @Test func `streams outlive Redis, and what is pushed afterwards arrives`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        let stream = try bridge.liveStream("feed=user:42")
        try server.connect().push(#"{"id":"before"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["before"])

        for round in 1...2 {
            server.kill()
            try eventually("the reason") { try bridge.get("/readyz").status == 503 }
            let answer = try bridge.get("/readyz").json
            #expect(answer["status"]?.asString == "not ready")
            #expect(answer["reasons"]?["redis"]?.asString?.isEmpty == false)
            #expect(try bridge.get("/healthz").status == 200)

            try server.start()
            try server.connect().push(#"{"id":"after-\#(round)"}"#, to: "user:42")
            #expect(try stream.ids(1) == ["after-\(round)"])
            try eventually("readiness") { try bridge.get("/readyz").status == 200 }
        }
        #expect(try bridge.metric("flagpole_streams") == 1)
    }

    @Test func `a bridge starts without Redis, and serves what is there`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        try server.connect().push(#"{"id":"a"}"#, to: "user:42")
        _ = try bridge.stream("feed=user:42").notifications(1)
        #expect(try bridge.stop() == 0)
        server.kill()

        try bridge.start()
        let stream = try bridge.stream("feed=user:42")
        #expect(try stream.untilLive().map(\.notificationID) == ["a"])
        try eventually("the reason") { try bridge.get("/readyz").json["reasons"]?["redis"] != nil }
        try server.start()
        try server.connect().push(#"{"id":"b"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["b"])
    }

    @Test func `an embedded Redis that is killed is started again with all that it had`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        // The last second may be lost, which is not what this is about.
        try redis.command("CONFIG", "SET", "appendfsync", "always")
        try redis.push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])

        kill(try redis.processID(), SIGKILL)
        try eventually("a new redis-server") { (try? bridge.redis().command("PING"))?.string == "PONG" }
        #expect(try bridge.redis().command("LLEN", "notifications:user:42").integer == 1)
        try bridge.redis().push(#"{"id":"b"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["b"])
    }

    @Test func `a Redis that takes no writes is read all the same`() throws {
        let bridge = try FlagpoleProcess(["poll": ["reconcile_interval_ms": 200]])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        try redis.push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])

        try redis.command("MULTI")
        try redis.push(#"{"id":"b"}"#, to: "user:42")
        try redis.command("CONFIG", "SET", "maxmemory", "1")
        try redis.command("EXEC")
        #expect(try stream.ids(1) == ["b"])

        try redis.command("CONFIG", "SET", "maxmemory", "0")
        try redis.push(#"{"id":"c"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["c"])
    }
}

extension RedisConnection {
    /// The server's own.
    func processID() throws -> pid_t {
        let lines = try command("INFO", "server").string.split(whereSeparator: \.isNewline)
        let line = lines.first { $0.hasPrefix("process_id:") }
        guard let pid = line.flatMap({ pid_t($0.dropFirst("process_id:".count)) }) else {
            throw HarnessError("redis-server does not say its process_id")
        }
        return pid
    }
}
