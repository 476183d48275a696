import Feeds
import HTTP
import JSON
import Testing

/// What a stream looks like on the wire.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StreamFormatTests {
    @Test func `the head says what proxies and browsers need`() throws {
        let stream = try FlagpoleProcess().liveStream("feed=user:42")
        let head = try #require(stream.head)
        #expect(head.status == 200)
        var fields = Dictionary(head.headers.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(fields.removeValue(forKey: "Date") != nil)
        #expect(
            fields == [
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "private, no-cache, no-store, no-transform",
                "X-Accel-Buffering": "no",
                "Vary": "Origin",
                "Connection": "keep-alive",
                "Transfer-Encoding": "chunked",
            ])
    }

    @Test func `each stream is told its own time to come back`() throws {
        let bridge = try FlagpoleProcess(["server": ["retry_ms": 10_000]])
        let streams = try (0..<8).map { _ in try bridge.liveStream("feed=user:42") }
        for stream in streams {
            #expect(stream.text.hasPrefix("retry: "))
            #expect(5000...15_000 ~= (stream.retry ?? 0))
        }
        #expect(Set(streams.map(\.retry)).count > 1)
    }

    @Test func `the welcome names the stream, its feeds and the place before the backlog`() throws {
        let bridge = try FlagpoleProcess(["server": ["ping_ms": 7000]])
        try bridge.redis().push(#"{"id":"a"}"#, #"{"id":"b"}"#, to: "user:42")
        _ = try bridge.stream("feed=user:42").notifications(2)

        let stream = try bridge.stream("feed=user:42&feed=user:42&feed=user%3A43")
        let welcome = try stream.event()
        #expect(welcome.event == "welcome")
        let data = welcome.data.json
        #expect(
            data.asObject?.members.map(\.name) == ["client_id", "feeds", "unread", "ping_ms", "server_time"])
        #expect(data["client_id"]?.asString?.isEmpty == false)
        #expect(data["feeds"] == .array([.string("user:42"), .string("user:43")]))
        #expect(data["unread"] == .object(["user:42": .number("2"), "user:43": .number("0")]))
        #expect(data["ping_ms"]?.asInt == 7000)
        #expect(data["server_time"]?.asString?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)

        let before = try #require(Cursor(welcome.id))
        let backlog = try stream.untilLive()
        #expect(backlog.compactMap { Cursor($0.id)?.position } == [before.position + 1, before.position + 2])
    }

    @Test func `an entry comes as it is, under the event that it names`() throws {
        let bridge = try FlagpoleProcess()
        let cases: [(entry: String, event: String)] = [
            (#"{"id":"1","title":"plain"}"#, "message"),
            (#"{"id":"2","event":"order","n":1.50}"#, "order"),
            (#"{"id":"3","event":"größe"}"#, "größe"),
            (#"{"id":"4","event":""}"#, "message"),
            (#"{"id":"5","event":7}"#, "message"),
            (#"{"id":"6","event":"two\nlines"}"#, "message"),
            (#"{"id":"7","event":"\#(String(repeating: "e", count: 64))"}"#, String(repeating: "e", count: 64)),
            (#"{"id":"8","event":"\#(String(repeating: "e", count: 65))"}"#, "message"),
            (#"  {"id":"9"}  "#, "message"),
        ]
        let stream = try bridge.liveStream("feed=user:42")
        try bridge.redis().push(cases.map(\.entry), to: "user:42")
        for (entry, name) in cases {
            let event = try stream.event()
            #expect(event.event == name)
            #expect(event.data == entry)
        }
        #expect(!stream.text.contains("event: message"))
    }

    @Test func `no entry can send an event of the bridge's own`() throws {
        let names = [
            "welcome", "live", "ping", "read", "unread", "removed", "resync", "end", "goodbye", "auth-expired",
            "message", "open", "error",
        ]
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        try bridge.redis().push(names.map { #"{"id":"\#($0)","event":"\#($0)"}"# }, to: "user:42")
        for name in names {
            let event = try stream.event()
            #expect(event.event == "message", "\(name)")
            #expect(event.data.json["event"]?.asString == name)
        }
    }

    @Test func `no byte of an entry begins a line of its own`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let entries = [
            "{\r\n\"id\":\"1\",\n\"event\":\r\"x\"\n}", "{\"id\":\"2\",\"t\":\"a\u{2028}b\u{2029}c\u{85}d\"}",
            "{\"id\":\"3\",\n\n\"data\":\"data: x\"}",
        ]
        try bridge.redis().push(entries, to: "user:42")
        for entry in entries {
            let event = try stream.event()
            #expect(event.data.json == entry.json)
            #expect(!event.data.isEmpty && !event.data.utf8.contains(0x0A))
        }
        #expect(!stream.body.contains(0x0D))
        #expect(stream.text.unicodeScalars.allSatisfy { ![0x85, 0x2028, 0x2029].contains($0.value) })
    }

    @Test(arguments: ["feed=user:42&feed=job:7", "feed=user:42&envelope=1"])
    func `several feeds, or whoever asks, get an envelope`(query: String) throws {
        let bridge = try FlagpoleProcess([
            "kinds": ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]]
        ])
        let redis = try bridge.redis()
        let live = try bridge.liveStream(query)
        try redis.push(#"{"id":"a","n":1.0}"#, to: "user:42")
        let replay = #"{"feed":"user:42","id":"a","replay":%@,"read_at":null,"unread":1,"body":{"id":"a","n":1.0}}"#
        #expect(try live.event().data == replay.replacing("%@", with: "false"))
        #expect(try bridge.stream(query).untilLive().map(\.data) == [replay.replacing("%@", with: "true")])
        guard query.contains("job") else { return }

        try redis.command("RPUSH", "job:7:progress", #"{"percent":50}"#)
        try redis.command("SET", "job:7:has_progress", "1")
        let event = try live.event().data.json
        #expect(event["feed"]?.asString == "job:7")
        #expect(event["id"]?.asString?.isEmpty == false)
        #expect(event["unread"]?.isNull == true)
        #expect(event["body"]?["percent"]?.asInt == 50)
    }

    @Test func `positions ascend over all feeds of a stream, live and in the backlog`() throws {
        let bridge = try FlagpoleProcess()
        let query = "feed=user:1&feed=user:2&feed=user:3"
        let live = try bridge.liveStream(query)
        let redis = try bridge.redis()
        for number in 0..<30 { try redis.push(#"{"id":"n\#(number)"}"#, to: "user:\(number % 3 + 1)") }
        let events = try (0..<30).map { _ in try live.event() }
        let backlog = try bridge.stream(query).untilLive()

        for events in [events, backlog] {
            let positions = events.compactMap { Cursor($0.id)?.position }
            #expect(positions.count == 30)
            #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
        }
        #expect(backlog.map(\.id) == events.map(\.id))
    }

    @Test func `a silent stream gets a heartbeat that moves no cursor`() throws {
        let bridge = try FlagpoleProcess(["server": ["ping_ms": 50]])
        let stream = try bridge.liveStream("feed=user:42")
        let cursor = stream.lastEventID
        for _ in 1...3 {
            let ping = try stream.event()
            #expect(ping.event == "ping")
            #expect(ping.id == cursor)
            #expect(ping.data.json.asObject?.members.map(\.name) == ["server_time"])
        }
        // One may come before the welcome, in the block that `retry:` begins.
        let blocks = stream.text.split(separator: "\n\n").filter { $0.contains("event: ping") }.suffix(3)
        #expect(blocks.allSatisfy { $0.hasPrefix("event: ping\ndata: ") })
    }
}
