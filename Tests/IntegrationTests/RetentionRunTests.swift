import Foundation
import Testing

/// What is past its time goes while the bridge runs.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RetentionRunTests {
    /// A bridge that was stopped with `a`, `b` and `c` on the list of `user:42`, all of them stored long ago.
    private func aged() throws -> (FlagpoleProcess, RedisServer, cursor: String) {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        try server.connect().push(#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"id":"c"}"#, to: "user:42")
        let cursor = try bridge.stream("feed=user:42").notifications(3)[0].id
        #expect(try bridge.stop() == 0)
        try bridge.database(.readWrite).execute("UPDATE log SET at = 1000")
        return (bridge, server, cursor)
    }

    private func count(_ table: String, _ bridge: FlagpoleProcess) throws -> Int64? {
        try bridge.database().scalarInt("SELECT count(*) FROM \(table)")
    }

    @Test func `what is older than the retention goes, and does not come back from the list`() throws {
        let (bridge, server, cursor) = try aged()
        try bridge.start()
        try eventually("an empty table") { try count("notifications", bridge) == 0 }
        #expect(try bridge.metric("flagpole_notifications_purged_total") == 3)

        let stream = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
        let resync = try stream.untilLive()
        #expect(resync.map(\.event) == ["resync"])
        let snapshot = resync.first?.data.json["feeds"]?["user:42"]
        #expect(snapshot?["reason"]?.asString == "past-retention" && snapshot?["unread"]?.asInt == 0)
        // Another list with the same entries is read whole; their ids are still known.
        try server.connect().command("DEL", "notifications:user:42")
        try server.connect().push(#"{"id":"c"}"#, #"{"id":"a"}"#, #"{"id":"new"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["new"])
        #expect(try count("notifications", bridge) == 1)
    }

    @Test func `an id is forgotten once it is old and off the list`() throws {
        let (bridge, server, _) = try aged()
        try bridge.start()
        try eventually("the marks") { try count("forgotten", bridge) == 3 }
        #expect(try bridge.stop() == 0)
        try bridge.database(.readWrite).execute("UPDATE forgotten SET removed_at = 1000")
        // As of a row of the application's that named no feed.
        try bridge.database(.readWrite).execute("INSERT INTO forgotten VALUES ('user:a b', 'x', 1000)")
        try server.connect().command("LTRIM", "notifications:user:42", "-1", "-1")
        try bridge.start()
        try eventually("the mark of what is on the list alone") { try count("forgotten", bridge) == 1 }
        #expect(try bridge.database().scalarText("SELECT id FROM forgotten") == "c")

        #expect(try bridge.stop() == 0)
        try server.connect().command("DEL", "notifications:user:42")
        try bridge.start()
        try eventually("no mark") { try count("forgotten", bridge) == 0 }
        // Nothing is left of the feed then.
        try eventually("no feed") { try count("feeds", bridge) == 0 }
    }

    @Test func `with no retention everything stays`() throws {
        let (bridge, _, cursor) = try aged()
        let other = try FlagpoleProcess(["database": ["retention_days": 0]], starts: false)
        try FileManager.default.createDirectory(
            atPath: other.directory.path("data"), withIntermediateDirectories: true)
        for name in ["flagpole.sqlite3", "flagpole.lock", "flagpole.mark"] {
            try FileManager.default.copyItem(
                atPath: bridge.directory.path("data/\(name)"), toPath: other.directory.path("data/\(name)"))
        }
        try other.start()
        _ = try other.stream("feed=user:42", headers: [("Last-Event-ID", cursor)]).untilLive()
        #expect(try count("notifications", other) == 3)
    }

    @Test func `a kind keeps as many as it says; all of them are sent`() throws {
        let kind = ["list": "metrics:{id}", "flag": "metrics:{id}:changed", "keep": 2] as [String: Any]
        let bridge = try FlagpoleProcess(["kinds": ["metrics": kind]])
        let stream = try bridge.liveStream("feed=metrics:cpu")
        let redis = try bridge.redis()
        for number in 1...20 { try redis.command("RPUSH", "metrics:cpu", #"{"n":\#(number)}"#) }
        try redis.command("SET", "metrics:cpu:changed", "1")
        #expect(try stream.notifications(20).compactMap { $0.data.json["n"]?.asInt } == Array(1...20))
        let cursor = stream.lastEventID
        #expect(try count("notifications", bridge) == 2)
        #expect(try count("forgotten", bridge) == 0)

        try redis.command("RPUSH", "metrics:cpu", #"{"n":21}"#)
        try redis.command("SET", "metrics:cpu:changed", "1")
        #expect(try stream.notifications(1).compactMap { $0.data.json["n"]?.asInt } == [21])
        let newcomer = try bridge.stream("feed=metrics:cpu").untilLive()
        #expect(newcomer.compactMap { $0.data.json["n"]?.asInt } == [20, 21])
        let back = try bridge.stream("feed=metrics:cpu", headers: [("Last-Event-ID", cursor)]).untilLive()
        #expect(back.compactMap { $0.data.json["n"]?.asInt } == [21])
    }

    @Test func `what a kind no longer keeps goes also where nothing comes in`() throws {
        let kind = ["list": "metrics:{id}", "flag": "metrics:{id}:changed"] as [String: Any]
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(["kinds": ["metrics": kind]], redis: server)
        let redis = try server.connect()
        for number in 1...700 { try redis.command("RPUSH", "metrics:cpu", #"{"n":\#(number)}"#) }
        try bridge.liveStream("feed=metrics:cpu")
        try eventually("all of them") { try count("notifications", bridge) == 700 }
        #expect(try bridge.stop() == 0)
        let configuration = bridge.directory.text("config.json")
        try bridge.directory.write(
            configuration.replacing(#""flag":"#, with: #""keep":3,"flag":"#), to: "config.json")
        try bridge.start()
        try eventually("three left") { try count("notifications", bridge) == 3 }
        #expect(try bridge.stream("feed=metrics:cpu").untilLive().count == 3)
    }
}
