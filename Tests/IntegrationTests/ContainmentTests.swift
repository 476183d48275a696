import Foundation
import Redis
import SQLite
import Testing

/// What goes wrong for one (a key, a command, a peer, a database) stays with that one.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ContainmentTests {
    /// A Redis in which the bridge may do what `rules` say, and a bridge that has to make do with it.
    private func limited(_ rules: String...) throws -> (RedisConnection, FlagpoleProcess) {
        let server = try RedisServer()
        let redis = try server.connect()
        let allowed = ["ACL", "SETUSER", "bridge", "on", ">secret", "+@all"] + rules
        redis.append(allowed)
        #expect(try redis.readReply().string == "OK")
        let url = server.url.replacingOccurrences(of: "unix://", with: "unix://bridge:secret@")
        let kinds = ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]]
        return (redis, try FlagpoleProcess(["redis": ["url": url], "kinds": kinds], redis: server))
    }

    @Test func `a Redis that may not be searched is not swept, and all else goes on`() throws {
        let (redis, bridge) = try limited("~*", "-dbsize", "-scan")
        let stream = try bridge.liveStream("feed=user:42")
        for id in ["a", "b"] {
            try redis.push(#"{"id":"\#(id)"}"#, to: "user:42")
            #expect(try stream.ids(1) == [id])
        }
        #expect(try (bridge.metric(#"flagpole_redis_errors_total{kind="noperm"}"#) ?? 0) >= 1)
    }

    @Test func `keys that may not be read keep no other feed waiting`() throws {
        let (redis, bridge) = try limited("~user:*", "~notifications:*", "~flagpole:*")
        let stream = try bridge.liveStream("feed=user:42")
        _ = try bridge.liveStream("feed=job:1")
        for id in ["a", "b"] {
            try redis.push(#"{"id":"\#(id)"}"#, to: "user:42")
            #expect(try stream.ids(1) == [id])
        }
        #expect(try bridge.get("/readyz").status == 200)
        #expect(try (bridge.metric(#"flagpole_redis_errors_total{kind="noperm"}"#) ?? 0) >= 1)
    }

    @Test func `a flag of another type is reported, and its list is read`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        try redis.command("RPUSH", "notifications:user:42", #"{"id":"a"}"#)
        try redis.command("HSET", "user:42:has_new_notification", "field", "1")
        #expect(try stream.ids(1) == ["a"])
        try eventually("the error counted") {
            try bridge.metric(#"flagpole_redis_errors_total{kind="wrongtype"}"#) ?? 0 >= 1
        }
    }

    @Test func `a peer that asks and asks and reads nothing keeps nobody waiting`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let flood = try LoopbackSocket(port: bridge.port)
        // It takes no more once the sockets' buffers are full, which is what keeps this bounded.
        flood.flood(Array("GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        #expect(try bridge.get("/healthz").status == 200)
        #expect(bridge.mostResidentKilobytes < 100_000)
    }

    @Test func `a database restored from a copy of the same run is a new one to its streams`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        let redis = try server.connect()
        let stream = try bridge.liveStream("feed=user:42")
        try redis.push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        let copy = bridge.directory.path("copy.sqlite3")
        try bridge.database().execute("VACUUM INTO '\(copy)'")
        try redis.push(#"{"id":"b"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["b"])
        #expect(try bridge.stop() == 0)

        let database = bridge.directory.path("data/flagpole.sqlite3")
        // A write-ahead log that is left belongs to the database that is replaced.
        for file in [database, "\(database)-wal", "\(database)-shm"] {
            try? FileManager.default.removeItem(atPath: file)
        }
        try FileManager.default.moveItem(atPath: copy, toPath: database)
        try bridge.start()
        let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try back.event().event == "welcome")
        let resync = try back.event()
        #expect(resync.event == "resync")
        #expect(resync.data.json["feeds"]?["user:42"]?["reason"]?.asString == "new-epoch")
    }
}
