import Foundation
import HTTP
import JSON
import Redis
import SQLite
import Testing

/// Kinds with rules, from Redis to streams, and what is left of them for those who come back.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RuleTests {
    private static let important: [String: any Sendable] = ["member": "p", "min": 5]
    private static let done: [String: any Sendable] = ["member": "s", "equals": "done"]
    private static let over: [String: any Sendable] = ["member": "s", "in": ["done", "failed"]]
    private static let kinds: [String: [String: any Sendable]] = [
        "job": ["source": "list", "list": "job:{id}", "end_when": over],
        "order": ["source": "list", "list": "order:{id}", "inbox": true, "mark_read": "on_delivery", "end_when": over],
        "gauge": ["source": "list", "list": "gauge:{id}", "coalesce": true],
        "alert": ["source": "list", "list": "alert:{id}", "inbox": true, "where": important],
        "task": [
            "source": "flag+database", "flag": "task:{id}:changed", "inbox": true, "coalesce": true,
            "where": important, "end_when": done,
        ],
    ]

    private let server: RedisServer
    private let redis: RedisConnection
    private let bridge: FlagpoleProcess

    init() throws {
        server = try RedisServer()
        redis = try server.connect()
        bridge = try FlagpoleProcess(["kinds": Self.kinds, "events": ["deploy": "deployed"]], redis: server)
    }

    /// Pushes entries at once, so that one reading finds them together.
    private func push(_ entries: String..., to key: String) throws {
        try redis.command(bytes: (["RPUSH", key] + entries).map { Array($0.utf8) })
    }

    /// What events say, in short: a notification its id, others their name.
    private func summary(_ events: [ReceivedEvent]) -> [String] {
        events.filter { !["welcome", "ping"].contains($0.event) }
            .map { $0.event == "message" ? $0.data.json["body"]?["id"]?.asString ?? $0.notificationID : $0.event }
    }

    private func status(_ query: String, cursor: String) throws -> Int {
        try bridge.client().request("GET", "/v1/stream?\(query)", headers: [("Last-Event-ID", cursor)]).status
    }

    // MARK: - end_when

    @Test func `a stream ends with its feed, and whoever comes back for it is told to stay away`() throws {
        let stream = try bridge.liveStream("feed=job:1")
        let early = stream.lastEventID
        try push(#"{"id":"a"}"#, #"{"id":"b","s":"done"}"#, #"{"id":"late"}"#, to: "job:1")
        let events = try stream.untilEnd()
        #expect(summary(events) == ["a", "b", "end"])
        #expect(events.last?.data == #"{"feed":"job:1"}"# && events.last?.id == events.dropLast().last?.id)

        #expect(try status("feed=job:1", cursor: stream.lastEventID) == 204)
        #expect(try status("feed=job:1", cursor: "b") == 204)
        let back = try bridge.stream("feed=job:1", headers: [("Last-Event-ID", early)])
        #expect(try summary(back.untilEnd()) == ["a", "b", "end"])
        #expect(try summary(bridge.stream("feed=job:1").untilEnd()) == ["b", "end"])
        #expect(try summary(bridge.stream("feed=job:1&since=now").untilEnd()) == ["end"])
        let old = try bridge.stream("feed=job:1", version: "1.0")
        #expect(try summary(old.untilEnd()) == ["b", "end"])
    }

    @Test func `after a restart an ended feed is still ended, and a push opens it again`() throws {
        let stream = try bridge.liveStream("feed=job:1")
        try push(#"{"id":"a","s":"failed"}"#, to: "job:1")
        #expect(try summary(stream.untilEnd()) == ["a", "end"])
        bridge.kill()
        try bridge.start()
        #expect(try status("feed=job:1", cursor: stream.lastEventID) == 204)

        // Somebody has to watch for the push to be seen soon: a second feed keeps this stream open.
        let both = try bridge.stream(
            "feed=job:1&feed=gauge:1", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try summary(both.untilLive()) == ["end"])
        try push(#"{"id":"b"}"#, to: "job:1")
        #expect(try both.notifications(1).map(\.data.json["body"]?["id"]?.asString) == ["b"])

        let back = try bridge.stream("feed=job:1", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try summary(back.untilLive()) == ["b"])
        try push(#"{"id":"c","s":"done"}"#, to: "job:1")
        #expect(try summary(back.untilEnd()) == ["c", "end"])
        #expect(try summary(both.notifications(2)) == ["c", "end"])
        #expect(both.isAtEnd == false)
    }

    @Test func `what is pushed to an ended feed that nobody watches opens it to whoever comes back`() throws {
        let stream = try bridge.liveStream("feed=job:1")
        try push(#"{"id":"a","s":"done"}"#, to: "job:1")
        #expect(try summary(stream.untilEnd()) == ["a", "end"])
        try push(#"{"id":"b"}"#, to: "job:1")
        let back = try bridge.stream("feed=job:1", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try summary(back.untilLive()) == ["b"])
    }

    @Test func `what is pushed to an ended feed that nobody watches is not withheld from a newcomer`() throws {
        let stream = try bridge.liveStream("feed=job:1")
        let early = stream.lastEventID
        for run in ["1", "2", "3"] {
            try push(#"{"id":"a\#(run)"}"#, #"{"id":"z\#(run)","s":"done"}"#, to: "job:1")
            let watcher = try run == "1" ? stream : bridge.stream("feed=job:1&since=now")
            #expect(try watcher.untilEnd().last?.event == "end")
        }
        try push(#"{"id":"b"}"#, to: "job:1")
        let newcomer = try bridge.stream("feed=job:1")
        #expect(try summary(newcomer.untilLive()) == ["a1", "z1", "a2", "z2", "a3", "z3", "b"])
        let late = try bridge.stream("feed=job:1", headers: [("Last-Event-ID", early)])
        #expect(try summary(late.untilLive()).last == "b")
        try push(#"{"id":"z","s":"done"}"#, to: "job:1")
        #expect(try summary(newcomer.untilEnd()) == ["z", "end"])
        #expect(try summary(late.untilEnd()) == ["z", "end"])
    }

    @Test func `nobody is told to stay away while Redis cannot say what is new`() throws {
        let stream = try bridge.liveStream("feed=job:1")
        try push(#"{"id":"a","s":"done"}"#, to: "job:1")
        #expect(try summary(stream.untilEnd()) == ["a", "end"])
        try push(#"{"id":"b"}"#, to: "job:1")
        server.signal(SIGSTOP)
        defer { server.signal(SIGCONT) }
        let early = try bridge.stream("feed=job:1", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try summary(early.untilEnd()) == ["end"])
        #expect(try summary(bridge.stream("feed=job:1").untilEnd()) == ["a", "end"])
        server.signal(SIGCONT)
        let back = try bridge.stream("feed=job:1", headers: [("Last-Event-ID", early.lastEventID)])
        #expect(try summary(back.untilLive()) == ["b"])
    }

    @Test func `a shutdown tells who waits for an answer about ended feeds when to come back`() throws {
        let bridge = try FlagpoleProcess(["kinds": Self.kinds, "server": ["drain_ms": 300]], redis: server)
        let stream = try bridge.liveStream("feed=job:1")
        try push(#"{"id":"a","s":"done"}"#, to: "job:1")
        #expect(try summary(stream.untilEnd()) == ["a", "end"])
        server.signal(SIGSTOP)
        defer { server.signal(SIGCONT) }
        let client = try bridge.client()
        let cursor = [("Last-Event-ID", stream.lastEventID)]
        client.socket.send(client.encode("GET", "/v1/stream?feed=job:1", headers: cursor, body: ""))
        // It has arrived by then.
        #expect(try bridge.get("/healthz").status == 200)
        bridge.signal(SIGTERM)
        let answer = try client.answer(toHead: false)
        #expect(answer.status == 200 && answer.text.hasPrefix("retry: "))
    }

    @Test func `a row that was inserted while nobody watched opens its feed to whoever comes back`() throws {
        let stream = try bridge.liveStream("feed=task:1")
        let database = try bridge.database(.readWrite)
        func insert(_ id: String, _ body: String) throws {
            try database.execute("INSERT INTO notifications (feed, id, body) VALUES ('task:1', '\(id)', '\(body)')")
        }
        try insert("a", #"{"s":"done","p":5}"#)
        try redis.command("SET", "task:1:changed", "1")
        #expect(try stream.untilEnd().map(\.event) == ["message", "end"])
        #expect(try status("feed=task:1", cursor: stream.lastEventID) == 204)
        try insert("b", #"{"p":5}"#)
        let back = try bridge.stream("feed=task:1", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try back.untilLive().filter { $0.event == "message" }.map(\.data) == [#"{"p":5}"#])
    }

    @Test func `a stream of several feeds ends with the last of them`() throws {
        let stream = try bridge.liveStream("feed=job:1&feed=job:2")
        try push(#"{"id":"a","s":"done"}"#, to: "job:1")
        #expect(try summary(stream.notifications(2)) == ["a", "end"])
        let between = stream.lastEventID
        try push(#"{"id":"b","s":"done"}"#, to: "job:2")
        #expect(try summary(stream.untilEnd()) == ["b", "end"])
        #expect(try status("feed=job:1&feed=job:2", cursor: stream.lastEventID) == 204)

        let back = try bridge.stream("feed=job:1&feed=job:2", headers: [("Last-Event-ID", between)])
        let events = try back.untilEnd()
        #expect(summary(events) == ["end", "b", "end"])
        #expect(events.filter { $0.event == "end" }.map(\.data) == [#"{"feed":"job:1"}"#, #"{"feed":"job:2"}"#])
    }

    @Test func `a stream that asks for events as well does not end with its feeds`() throws {
        let stream = try bridge.liveStream("feed=job:1&events=1")
        try push(#"{"id":"a","s":"done"}"#, to: "job:1")
        #expect(try summary(stream.notifications(2)) == ["a", "end"])
        for query in ["feed=job:1&events=1", "events=1"] {
            let back = try bridge.stream(query, headers: [("Last-Event-ID", stream.lastEventID)])
            #expect(try summary(back.untilLive()) == (query == "events=1" ? ["deploy"] : ["end"]))
            try redis.command("SET", "deployed", query)
            #expect(try back.notifications(1).map(\.event) == ["deploy"])
        }
        #expect(try stream.notifications(2).map(\.event) == ["deploy", "deploy"])
    }

    @Test func `what is read on delivery is read up to the last entry`() throws {
        let stream = try bridge.liveStream("feed=order:1")
        try push(#"{"id":"a"}"#, #"{"id":"b","s":"done"}"#, to: "order:1")
        #expect(try summary(stream.untilEnd()).prefix(3) == ["a", "b", "end"])
        try eventually("all is read") { try bridge.get("/v1/feeds/order:1/unread").text == #"{"unread":0}"# }

        let answer = try bridge.client().request(
            "POST", "/v1/feeds/order:1/unread", headers: [("Content-Type", "application/json")],
            body: #"{"ids":["b"]}"#)
        #expect(answer.text == #"{"unread":1}"#)
        #expect(try summary(bridge.stream("feed=order:1").untilEnd()).prefix(2) == ["b", "end"])
        try eventually("all is read") { try bridge.get("/v1/feeds/order:1/unread").text == #"{"unread":0}"# }
    }

    // MARK: - where and coalesce

    @Test func `what does not match is in the history alone`() throws {
        let stream = try bridge.liveStream("feed=alert:1")
        try push(#"{"id":"a","p":4}"#, #"{"id":"b","p":5}"#, #"{"id":"c"}"#, to: "alert:1")
        #expect(try stream.ids(1) == ["b"])
        let cursor = stream.lastEventID
        try push(#"{"id":"d","p":1}"#, #"{"id":"e","p":9}"#, to: "alert:1")
        #expect(try stream.ids(1) == ["e"])
        #expect(try bridge.get("/v1/feeds/alert:1/unread").text == #"{"unread":2}"#)
        let items = try bridge.get("/v1/feeds/alert:1/notifications").json["items"]?.asArray ?? []
        #expect(items.compactMap { $0["id"]?.asString } == ["e", "d", "c", "b", "a"])

        bridge.kill()
        try bridge.start()
        let back = try bridge.stream("feed=alert:1", headers: [("Last-Event-ID", cursor)])
        #expect(try summary(back.untilLive()) == ["e"])
        #expect(try summary(bridge.stream("feed=alert:1").untilLive()) == ["b", "e"])
    }

    @Test func `of what waits the newest of each key is sent, live and after a restart`() throws {
        let stream = try bridge.liveStream("feed=gauge:1")
        try push(
            #"{"id":"a","key":"x"}"#, #"{"id":"b"}"#, #"{"id":"c","key":"x"}"#, #"{"id":"d"}"#, to: "gauge:1")
        #expect(try stream.ids(2) == ["c", "d"])
        let cursor = stream.lastEventID
        for id in ["e", "f", "g"] {
            try push("{\"id\":\"\(id)\",\"key\":\"y\"}", to: "gauge:1")
            #expect(try stream.ids(1) == [id])
        }
        bridge.kill()
        try bridge.start()
        let back = try bridge.stream("feed=gauge:1", headers: [("Last-Event-ID", cursor)])
        #expect(try summary(back.untilLive()) == ["g"])
        #expect(try summary(bridge.stream("feed=gauge:1").untilLive()) == ["c", "d", "g"])
    }

    @Test func `rows of the application's own follow the rules too, all at once`() throws {
        let stream = try bridge.liveStream("feed=task:1")
        let database = try bridge.database(.readWrite)
        try database.transaction {
            for (id, body) in [
                ("a", #"{"key":"x","p":5}"#), ("b", #"{"key":"x","p":1}"#), ("c", #"{"key":"y","p":5}"#),
                ("d", #"{"key":"x","p":7}"#), ("e", #"{"s":"done"}"#), ("f", #"{"p":9}"#),
            ] {
                try database.execute("INSERT INTO notifications (feed, id, body) VALUES ('task:1', '\(id)', '\(body)')")
            }
        }
        try redis.command("SET", "task:1:changed", "1")
        let events = try stream.untilEnd()
        #expect(events.map(\.event) == ["message", "message", "message", "end"])
        #expect(
            events.dropLast().map(\.data) == [#"{"key":"y","p":5}"#, #"{"key":"x","p":7}"#, #"{"s":"done"}"#])
        #expect(try bridge.get("/v1/feeds/task:1/unread").text == #"{"unread":3}"#)
        for rule in ["where", "coalesce", "end_when"] {
            #expect(try bridge.metric("flagpole_notifications_withheld_total{rule=\"\(rule)\"}") == 1)
        }
    }

    // MARK: - A stream's own conditions

    @Test func `a stream gets what meets its own conditions, whatever others of its feed get`() throws {
        let queries = ["", "&where=n>=2", "&where=n>=2&where=n<=2", "&where=t=x,y"]
        let streams = try queries.map { try bridge.liveStream("feed=user:42\($0)") }
        let start = streams[0].lastEventID
        let entries = [
            #"{"id":"a","n":1}"#, #"{"id":"b","n":2}"#, #"{"id":"c","n":3,"t":"y"}"#, #"{"id":"d","n":2,"t":"x"}"#,
        ]
        try redis.push(entries, to: "user:42")
        let expected = [["a", "b", "c", "d"], ["b", "c", "d"], ["b", "d"], ["c", "d"]]
        for (stream, ids) in zip(streams, expected) { #expect(try stream.ids(ids.count) == ids) }

        for (query, ids) in zip(queries, expected) {
            let back = try bridge.stream("feed=user:42\(query)", headers: [("Last-Event-ID", start)])
            #expect(try summary(back.untilLive()) == ids)
        }
        let refused = try bridge.get("/v1/stream?feed=user:42&where=n>2")
        #expect(refused.status == 400 && refused.text.contains("n>=5") == false && refused.text.contains("priority>=5"))
    }
}
