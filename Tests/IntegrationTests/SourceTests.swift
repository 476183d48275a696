import Foundation
import JSON
import Redis
import SQLite
import Testing

/// Kinds whose notifications come from elsewhere than a list with a flag.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct SourceTests {
    private static let kinds =
        [
            "feed": ["source": "list", "list": "feed:{id}"],
            "mail": ["source": "value", "list": "mail:{id}:pending"],
            "order": ["source": "flag+database", "flag": "order:{id}:changed", "inbox": true],
        ] as [String: [String: any Sendable]]

    private let server: RedisServer
    private let redis: RedisConnection
    private let bridge: FlagpoleProcess

    init() throws {
        server = try RedisServer()
        redis = try server.connect()
        bridge = try FlagpoleProcess(
            [
                "kinds": Self.kinds,
                "poll": ["interval_ms": 50, "active_interval_ms": 20, "reconcile_interval_ms": 400],
            ],
            redis: server)
    }

    private func stored(_ feed: String) throws -> String? {
        try bridge.database().scalarText(
            "SELECT group_concat(id) FROM (SELECT id FROM notifications WHERE feed = '\(feed)' ORDER BY seq)")
    }

    private func insert(_ feed: String, _ id: String, body: String? = nil) throws {
        let body = body ?? #"{"id":"\#(id)"}"#
        try bridge.database(.readWrite).execute(
            "INSERT INTO notifications (feed, id, body) VALUES ('\(feed)', '\(id)', '\(body)')")
    }

    // MARK: - list

    @Test func `a list without a flag is looked at itself, also while it is trimmed`() throws {
        let stream = try bridge.liveStream("feed=feed:1")
        for number in 1...20 {
            try redis.command("RPUSH", "feed:1", #"{"id":"n\#(number)"}"#)
            try redis.command("LTRIM", "feed:1", "-5", "-1")
            #expect(try stream.ids(1) == ["n\(number)"])
        }
    }

    // MARK: - value

    @Test func `the elements of a string are sent, and the string is deleted`() throws {
        let stream = try bridge.liveStream("feed=mail:1")
        for round in 1...3 {
            // The same value again is news, if its entries have no ids.
            try redis.command("SET", "mail:1:pending", #" [ {"n":1} , {"n":2,"t":"x"} ] "#)
            #expect(try stream.notifications(2).map(\.data) == [#"{"n":1}"#, #"{"n":2,"t":"x"}"#], "round \(round)")
            try eventually("the end of the string") { try redis.command("EXISTS", "mail:1:pending").integer == 0 }
        }
        try redis.command("SET", "mail:1:pending", #"[{"id":"a"}]"#)
        #expect(try stream.ids(1) == ["a"])
    }

    @Test(arguments: ["read", "written", "committed", "sent"])
    func `a string is taken in once, wherever the bridge dies`(point: String) throws {
        #expect(try bridge.stop() == 0)
        try bridge.start(faults: ["FAULT_POINT": "\(point):1"])
        let stream = try bridge.stream("feed=mail:1")
        try stream.untilLive()
        let cursor = stream.lastEventID
        try redis.command("SET", "mail:1:pending", #"[{"n":1},{"n":2}]"#)
        #expect(try bridge.wait() == 128 + SIGKILL)
        try bridge.start()
        let back = try bridge.stream("feed=mail:1", headers: [("Last-Event-ID", cursor)])
        #expect(try back.notifications(2).map(\.data) == [#"{"n":1}"#, #"{"n":2}"#])
        try eventually("the end of the string") { try redis.command("EXISTS", "mail:1:pending").integer == 0 }
        try redis.command("SET", "mail:1:pending", #"[{"n":3}]"#)
        #expect(try back.notifications(1).map(\.data) == [#"{"n":3}"#])
    }

    @Test func `a string that is no array is set aside, whole, and others go on`() throws {
        let stream = try bridge.liveStream("feed=mail:1&feed=mail:2")
        try redis.command("SET", "mail:1:pending", "no JSON")
        try redis.command("SET", "mail:2:pending", #"{"n":1}"#)
        try eventually("both set aside") {
            try bridge.database().scalarText(
                "SELECT group_concat(reason) FROM (SELECT reason FROM quarantine ORDER BY feed)")
                == "not-json,not-an-array"
        }
        try redis.command("SET", "mail:1:pending", #"[1,{"id":"a"}]"#)
        #expect(try stream.notifications(1)[0].data.json["id"]?.asString == "a")
        try eventually("no string") { try redis.command("EXISTS", "mail:1:pending", "mail:2:pending").integer == 0 }
    }

    @Test func `a string that cannot be deleted is sent once, and deleted later`() throws {
        let stream = try bridge.liveStream("feed=mail:1")
        try redis.command("MULTI")
        try redis.command("SET", "mail:1:pending", #"[{"n":1}]"#)
        try redis.command("CONFIG", "SET", "maxmemory", "1")
        try redis.command("EXEC")
        #expect(try stream.notifications(1)[0].data == #"{"n":1}"#)
        try eventually("several tries") {
            try bridge.metric(#"flagpole_redis_errors_total{kind="oom"}"#) ?? 0 >= 2
        }
        try redis.command("CONFIG", "SET", "maxmemory", "0")
        try eventually("the end of the string") { try redis.command("EXISTS", "mail:1:pending").integer == 0 }
        try redis.command("SET", "mail:1:pending", #"[{"n":2}]"#)
        #expect(try stream.notifications(1)[0].data == #"{"n":2}"#)
    }

    // MARK: - flag+database

    @Test func `rows that name no feed are set aside, and hold up no others`() throws {
        for number in 0..<120 { try insert("order:\(number) x", "a") }
        try insert("order:7", "good")
        let stream = try bridge.stream("feed=order:7")
        #expect(try stream.notifications(1)[0].notificationID == "good")
        try eventually("the quarantine") { try bridge.get("/v1/quarantine").json["count"]?.asInt == 120 }
        #expect(
            try bridge.get("/v1/quarantine?limit=1").json["items"]?.asArray?.first?["reason"]?.asString == "bad-feed")
        #expect(bridge.log.contains("bad-feed"))
        #expect(try bridge.run("quarantine").output.contains("not of a feed"))
    }

    @Test func `rows that the application inserts are sent once, with read state`() throws {
        let stream = try bridge.liveStream("feed=order:7&envelope=1")
        try bridge.database(.readWrite).execute(
            #"INSERT INTO notifications (feed, id, body) VALUES ('order:7', 'a', '{"id":"a"}'), ('order:7', 'b', '{"id":"b"}')"#
        )
        try redis.command("SET", "order:7:changed", "1")
        let events = try stream.notifications(2)
        #expect(events.compactMap { $0.data.json["id"]?.asString } == ["a", "b"])
        #expect(events.allSatisfy { $0.data.json["unread"]?.asInt == 2 })
        try eventually("the flag lowered") { try redis.command("EXISTS", "order:7:changed").integer == 0 }

        _ = try bridge.client().request(
            "POST", "/v1/feeds/order:7/read", headers: [("Content-Type", "application/json")], body: #"{"ids":["a"]}"#)
        #expect(try stream.event().event == "read")
        let newcomer = try bridge.stream("feed=order:7").untilLive()
        #expect(newcomer.map(\.notificationID) == ["b"])
        let back = try bridge.stream("feed=order:7", headers: [("Last-Event-ID", events[0].id)]).untilLive()
        #expect(back.map(\.event) == ["message", "read"])
    }

    @Test func `rows that come without a flag, or while the bridge is away, are found`() throws {
        try insert("order:7", "early")
        let stream = try bridge.stream("feed=order:7")
        #expect(try stream.ids(1) == ["early"])
        #expect(try bridge.stop() == 0)
        try insert("order:7", "away")
        try insert("order:8", "unwatched")
        try bridge.start()
        let back = try bridge.stream("feed=order:7", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try back.ids(1) == ["away"])
        try insert("order:7", "unflagged")
        #expect(try back.ids(1) == ["unflagged"])
        try eventually("nothing left") { try bridge.database().scalarInt("SELECT count(*) FROM arrivals") == 0 }
        #expect(try bridge.database().scalarInt("SELECT count(*) FROM log WHERE kind = 1") == 4)
    }

    @Test func `a row that is no notification is set aside, and one that was removed does not come back`() throws {
        let stream = try bridge.liveStream("feed=order:7")
        try insert("order:7", "bad", body: "no JSON")
        try insert("order:7", "good")
        #expect(try stream.ids(1) == ["good"])
        #expect(try bridge.database().scalarText("SELECT reason FROM quarantine") == "not-json")
        #expect(try stored("order:7") == "good")
        _ = try bridge.client().request("DELETE", "/v1/feeds/order:7/notifications/good")
        #expect(try stream.event().event == "removed")
        try insert("order:7", "good")
        try insert("order:7", "next")
        #expect(try stream.ids(1) == ["next"])
        #expect(try stored("order:7") == "next")
    }

    @Test func `a kind that becomes one of rows takes in what is there`() throws {
        let other = try FlagpoleProcess()
        try other.database(.readWrite).execute(
            #"INSERT INTO notifications (feed, id, body) VALUES ('order:1', 'a', '{"id":"a"}')"#)
        #expect(try other.stop() == 0)
        var file = try #require(
            JSONSerialization.jsonObject(with: Data(other.directory.text("config.json").utf8)) as? [String: Any])
        file["kinds"] = Self.kinds
        try JSONSerialization.data(withJSONObject: file).write(to: URL(filePath: other.configuration))
        try other.start()
        #expect(try other.stream("feed=order:1").ids(1) == ["a"])
    }

    // MARK: - Publishing

    @Test(arguments: ["feed:1", "mail:1", "order:1", "user:1"])
    func `every source can be published to over HTTP`(feed: String) throws {
        let stream = try bridge.liveStream("feed=\(feed)")
        for body in [#"{"id":"a"}"#, #"[{"id":"b"},{"id":"c"}]"#] {
            #expect(try bridge.client().publish(body, to: feed).status == 201)
        }
        #expect(try bridge.client().publish(#"{"id":"a"}"#, to: feed).status == 201)
        #expect(try bridge.client().publish(#"{"id":"d"}"#, to: feed).status == 201)
        #expect(try stream.ids(4) == ["a", "b", "c", "d"])
    }

    @Test(arguments: ["feed:1", "mail:1", "order:1"])
    func `every source can be pushed to from the command line, also what was set aside`(feed: String) throws {
        let stream = try bridge.liveStream("feed=\(feed)")
        #expect(try bridge.run("push", feed, "--json", #"{"id":"a"}"#).output == "a\n")
        #expect(try bridge.run("push", feed, input: "{\"id\":\"b\"}\n{\"id\":\"c\"}\n").status == 0)
        try bridge.database(.readWrite).execute(
            """
            INSERT INTO quarantine (feed, entry, reason, stored_at)
            VALUES ('\(feed)', 'bad', 'not-json', 1000 * CAST(strftime('%s', 'now') AS INTEGER))
            """)
        #expect(try bridge.run("quarantine", "resubmit", "1", "--json", #"{"id":"d"}"#).status == 0)
        #expect(try stream.ids(4) == ["a", "b", "c", "d"])
    }

    @Test func `several publications wait in one string`() throws {
        #expect(try bridge.stop() == 0)
        try redis.command("SET", "mail:1:pending", #"[ {"id":"a"} ] "#)
        try bridge.start()
        for id in ["b", "c"] { #expect(try bridge.client().publish(#"{"id":"\#(id)"}"#, to: "mail:1").status == 201) }
        #expect(try bridge.stream("feed=mail:1").ids(3) == ["a", "b", "c"])
        try redis.command("SET", "mail:2:pending", "no array")
        #expect(try bridge.client().publish(#"{"id":"x"}"#, to: "mail:2").status == 409)
    }
}
