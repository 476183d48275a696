import HTTP
import Testing

/// Streams that the bridge does not take, or ends.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StreamLimitTests {
    @Test(arguments: [
        ("max_streams", "full"), ("max_streams_per_feed", "feed"), ("max_streams_per_address", "address"),
    ])
    func `a stream too many is told to come back, with 200`(limit: String, reason: String) throws {
        let bridge = try FlagpoleProcess(["server": [limit: 1, "retry_ms": 1000]])
        var first: EventStreamClient? = try bridge.liveStream("feed=user:42")

        let refused = try bridge.stream("feed=user:42")
        #expect(try refused.next() == nil)
        #expect(refused.head?.status == 200)
        #expect(refused.head?.headers["Content-Type"] == "text/event-stream; charset=utf-8")
        #expect(refused.text.wholeMatch(of: /retry: \d+\n: [^\n]+\n\n/) != nil)
        #expect(500...1500 ~= (refused.retry ?? 0))
        #expect(try bridge.metric(#"flagpole_streams_refused_total{reason="\#(reason)"}"#) == 1)

        #expect(first?.head?.status == 200)
        first = nil
        try eventually("a free place") { try bridge.metric("flagpole_streams") == 0 }
        try bridge.liveStream("feed=user:42")
    }

    @Test func `an aged stream ends with a goodbye, and goes on where it was`() throws {
        let bridge = try FlagpoleProcess(["server": ["max_stream_ms": 1000, "ping_ms": 100]])
        let stream = try bridge.liveStream("feed=user:42")
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])

        let goodbye = try #require(try stream.untilEnd().last)
        #expect(goodbye.event == "goodbye")
        #expect(goodbye.data == #"{"reason":"lifetime"}"#)
        #expect(stream.text.contains(/\n\nretry: \d+\nevent: goodbye\n/))

        try bridge.redis().push(#"{"id":"b"}"#, to: "user:42")
        let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try back.ids(1) == ["b"])
    }

    @Test func `a client of HTTP 1.0 gets a stream without chunks`() throws {
        let bridge = try FlagpoleProcess(["server": ["max_stream_ms": 1500]])
        let stream = try bridge.stream("feed=user:42", version: "1.0")
        try stream.untilLive()
        #expect(stream.head?.headers["Transfer-Encoding"] == nil)
        #expect(stream.text.hasPrefix("retry: "))

        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        #expect(try stream.untilEnd().last?.event == "goodbye")
        #expect(stream.text.hasSuffix("\n\n"))
    }

    @Test func `a client that vanished is noticed at once`() throws {
        let bridge = try FlagpoleProcess(["server": ["ping_ms": 3_600_000]])
        var streams = try (0..<3).map { try bridge.liveStream("feed=user:\($0)") }
        #expect(try bridge.metric("flagpole_streams") == 3)
        try eventually("the watched feeds") { try bridge.metric("flagpole_watched_feeds") == 3 }
        streams.removeLast(2)
        try eventually("the end of two streams", within: .seconds(5)) { try bridge.metric("flagpole_streams") == 1 }
        try eventually("the end of two watches") { try bridge.metric("flagpole_watched_feeds") == 1 }
        #expect(streams.count == 1)
    }

    @Test func `what can never work is refused for good`() throws {
        let bridge = try FlagpoleProcess()
        let tooMany = (0...100).map { "feed=user:\($0)" }.joined(separator: "&")
        let cases = [
            ("", 400), ("?feed=", 400), ("?feed=user", 400), ("?feed=User:1", 400), ("?feed=user:", 400),
            ("?feed=user:a%20b", 400), ("?feed=user:1&feed=user:%2f", 400),
            ("?feed=user:\(String(repeating: "a", count: 129))", 400), ("?feed=order:1", 404),
            ("?feed=user:1&since=yesterday", 400), ("?\(tooMany)", 400),
        ]
        let client = try bridge.client()
        for (query, status) in cases {
            let answer = try client.request("GET", "/v1/stream\(query)")
            #expect(answer.status == status, "\(query)")
            #expect(answer.headers["Content-Type"] == "application/problem+json")
        }
        try bridge.liveStream("feed=user:\(String(repeating: "a", count: 128))")
        try bridge.liveStream("feed=user:a.b_c@d%2Be-f%7Cg")
    }
}
