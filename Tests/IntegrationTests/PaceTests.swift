import Foundation
import HTTP
import JSON
import Redis
import SQLite
import Testing

/// Kinds that say how much is sent and when, from Redis to streams, and what those get who come back.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PaceTests {
    private static let done: [String: any Sendable] = ["member": "s", "equals": "done"]
    private static let large: [String: any Sendable] = ["member": "p", "min": 5]
    private static let kinds: [String: [String: any Sendable]] = [
        "tick": ["source": "list", "list": "tick:{id}", "max_per_second": 1],
        "log": [
            "source": "list", "list": "log:{id}", "batch": ["max_count": 3, "max_delay_ms": 600_000],
            "end_when": done, "where": large,
        ],
        "typing": ["list": "typing:{id}", "flag": "typing:{id}:changed", "ephemeral": true, "where": large],
        "pointer": ["source": "list", "list": "pointer:{id}", "ephemeral": true, "poll_interval_ms": 20],
    ]

    private let server: RedisServer
    private let redis: RedisConnection
    private let bridge: FlagpoleProcess

    init() throws {
        server = try RedisServer()
        redis = try server.connect()
        bridge = try FlagpoleProcess(["kinds": Self.kinds, "server": ["threads": 2]], redis: server)
    }

    /// Pushes entries at once, so that one reading finds them together.
    private func push(_ ids: String..., to key: String, members: String = "") throws {
        let entries = ids.map { #"{"id":"\#($0)"\#(members)}"# }
        try redis.command(bytes: (["RPUSH", key] + entries).map { Array($0.utf8) })
    }

    private func batch(_ event: ReceivedEvent) -> [String?] {
        (event.data.json["batch"]?.asArray ?? []).map { $0["id"]?.asString }
    }

    // MARK: - max_per_second

    @Test func `what a limit holds back when the bridge dies comes to whoever comes back`() throws {
        let stream = try bridge.liveStream("feed=tick:1&min_interval_ms=3600000")
        try push("a", "b", "c", "d", to: "tick:1")
        #expect(try stream.ids(1) == ["a"])
        try eventually("all is stored") { try bridge.metric(#"flagpole_entries_total{result="stored"}"#) == 4 }
        #expect(try bridge.metric("flagpole_notifications_ruled_out_total") == 2)
        bridge.kill()
        try bridge.start()
        let back = try bridge.liveStream("feed=tick:1", headers: [("Last-Event-ID", stream.lastEventID)])
        try push("e", "f", to: "tick:1")
        // The newest that came at once, and a second later the newest of what came meanwhile.
        #expect(back.text.contains(#"data: {"id":"d"}"#) && !back.text.contains(#"{"id":"c"}"#))
        while try back.ids(1) != ["f"] {}
        #expect(try bridge.get("/v1/feeds/tick:1/notifications").json["items"]?.asArray?.count == 6)
    }

    // MARK: - batch

    @Test func `a batch that is not full is not waited for when the bridge ends, and not lost`() throws {
        let stream = try bridge.liveStream("feed=log:1")
        try push("a", "b", "c", "d", to: "log:1", members: #","p":5"#)
        try push("x", to: "log:1", members: #","p":4"#)
        #expect(try batch(stream.event()) == ["a", "b", "c"])
        #expect(try bridge.stop() == 0)
        #expect(try stream.untilEnd().map(\.event) == ["goodbye"])
        try bridge.start()
        let back = try bridge.stream("feed=log:1", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try back.untilLive().map(batch) == [["d"]])
    }

    @Test func `a feed's last entry does not wait until its batch is full`() throws {
        let stream = try bridge.liveStream("feed=log:1&envelope=1")
        try push("a", to: "log:1", members: #","p":9"#)
        try push("b", to: "log:1", members: #","s":"done""#)
        let events = try stream.untilEnd()
        #expect(events.map(\.event) == ["message", "end"] && batch(events[0]) == ["a", "b"])
        #expect(events[0].id == events[1].id)
        let headers = [("Last-Event-ID", stream.lastEventID)]
        #expect(try bridge.client().request("GET", "/v1/stream?feed=log:1", headers: headers).status == 204)
        let late = try bridge.stream("feed=log:1").untilEnd()
        #expect(late.map(\.event) == ["welcome", "message", "end"] && batch(late[1]) == ["b"])
    }

    @Test func `the command line shows what is in a batch`() throws {
        try push("a", "b", "c", "d", to: "log:1", members: #","p":5"#)
        let stream = try bridge.liveStream("feed=log:1")
        try eventually("all is stored") { try bridge.metric(#"flagpole_entries_total{result="stored"}"#) == 4 }
        let result = try bridge.run(
            "tail", "log:1", "--count", "4", "--json", "--url", "http://127.0.0.1:\(bridge.port)")
        #expect(result.output.split(separator: "\n").map { String($0).json["id"]?.asString } == ["a", "b", "c", "d"])
        #expect(result.status == 0, "\(result.errors)")
        withExtendedLifetime(stream) {}
    }

    // MARK: - ephemeral

    @Test func `what is ephemeral comes to all who are there, at once and never again`() throws {
        try push("old", to: "pointer:1")
        let streams = try (0..<6).map { _ in try bridge.liveStream("feed=pointer:1") }
        let cursor = streams[0].lastEventID
        for id in ["a", "b", "c"] {
            try push(id, to: "pointer:1")
            for stream in streams { #expect(try stream.ids(1) == [id]) }
        }
        #expect(streams[0].lastEventID == cursor && !streams[0].text.contains("old"))
        let back = try bridge.stream("feed=pointer:1", headers: [("Last-Event-ID", cursor)])
        #expect(try back.untilLive().isEmpty)
        #expect(
            try bridge.database().scalarInt("SELECT (SELECT count(*) FROM feeds) + (SELECT count(*) FROM log)") == 0)
    }

    @Test func `what is ephemeral is published like anything else, and has no history`() throws {
        let stream = try bridge.liveStream("feed=typing:1&feed=user:1")
        let cursor = stream.lastEventID
        #expect(try bridge.client().publish(#"{"id":"low","p":1}"#, to: "typing:1").status == 201)
        #expect(try bridge.client().publish(#"{"id":"x","event":"typing","p":7}"#, to: "typing:1").status == 201)
        let event = try stream.event()
        #expect(event.event == "typing" && event.data.json["id"]?.asString == "x")
        #expect(event.data.json["body"]?["p"]?.asInt == 7 && stream.lastEventID == cursor)
        #expect((1...60).contains(try redis.command("TTL", "typing:1").integer))
        for (method, path) in [
            ("GET", "notifications"), ("GET", "unread"), ("POST", "read"), ("DELETE", "notifications/x"),
        ] {
            let answer = try bridge.client().request(method, "/v1/feeds/typing:1/\(path)")
            #expect(answer.status == 409 && answer.text.contains("ephemeral"))
        }
        #expect(try bridge.metric(#"flagpole_entries_total{result="ephemeral"}"#) == 1)
    }

    @Test func `streams of what is ephemeral begin without Redis, and go on when it is back`() throws {
        server.kill()
        let stream = try bridge.liveStream("feed=pointer:1")
        try server.start()
        let redis = try server.connect()
        try eventually("the first to come through") {
            try redis.command("RPUSH", "pointer:1", #"{"id":"a"}"#)
            return (try? stream.event(within: .milliseconds(100))) != nil
        }
    }
}
