import Foundation
import JSON
import Redis
import Testing

/// `deliver_at` and `expires_at` from the outside.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TimetableTests {
    private func now() -> Double { Date().timeIntervalSince1970 }

    @Test func `an entry arrives when it is due, to the stream that is there and to the one that comes back`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let cursor = stream.lastEventID
        let due = now() + 0.4
        try bridge.redis().push(#"{"id":"later","deliver_at":\#(due)}"#, #"{"id":"now"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["now"])
        #expect(try bridge.get("/v1/feeds/user:42/unread").text == #"{"unread":1}"#)
        #expect(try stream.ids(1) == ["later"])
        // Clocks are rounded to milliseconds.
        #expect(now() >= due - 0.002)
        #expect(try bridge.metric(#"flagpole_entries_total{result="scheduled"}"#) == 1)
        let returned = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
        #expect(try returned.ids(2) == ["now", "later"])
    }

    @Test func `what became due while the bridge was dead is delivered once it is back`() throws {
        let bridge = try FlagpoleProcess()
        let due = now() + 3
        #expect(try bridge.client().publish(#"{"id":"later","deliver_at":\#(due)}"#, to: "user:42").status == 201)
        let stream = try bridge.liveStream("feed=user:42")
        let cursor = stream.lastEventID
        try eventually("the taking in") {
            try bridge.metric(#"flagpole_entries_total{result="scheduled"}"#) == 1
        }
        bridge.kill()
        try eventually("the time") { now() > due }
        try bridge.start()
        let returned = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
        #expect(try returned.ids(1) == ["later"])
    }

    @Test func `a notification vanishes from every tab when it expires`() throws {
        let bridge = try FlagpoleProcess()
        let streams = try (0..<2).map { _ in try bridge.liveStream("feed=user:42") }
        let end = now() + 1
        try bridge.redis().push(#"{"id":"offer","expires_at":\#(end)}"#, #"{"id":"order"}"#, to: "user:42")
        for stream in streams {
            #expect(try stream.ids(2) == ["offer", "order"])
            let removed = try stream.notifications(1)[0]
            #expect(removed.event == "removed" && removed.data.json["id"]?.asString == "offer")
            #expect(removed.data.json["unread"] == .number("1"))
        }
        #expect(now() >= end - 0.002 && now() < end + 5)
        let history = try bridge.get("/v1/feeds/user:42/notifications").json["items"]?.asArray
        #expect(history?.map { $0["id"]?.asString } == ["order"])
        // An entry that has expired before it comes reaches nobody.
        try bridge.redis().push(#"{"id":"old","expires_at":"2020-01-01T00:00:00Z"}"#, #"{"id":"new"}"#, to: "user:42")
        #expect(try streams[0].ids(1) == ["new"])
    }

    @Test func `rows of the application's own expire as well`() throws {
        let bridge = try FlagpoleProcess([
            "kinds": ["row": ["source": "flag+database", "flag": "row:{id}:f", "inbox": true]]
        ])
        let stream = try bridge.liveStream("feed=row:1")
        let body = #"{"expires_at":\#(now() + 1)}"#
        try bridge.database(.readWrite).execute(
            """
            INSERT INTO notifications (feed, id, body) VALUES ('row:1', 'a', '\(body)'),
                ('row:1', 'b', '{"expires_at":1}'), ('row:1', 'c', '{"id":"c"}')
            """)
        try bridge.redis().command("SET", "row:1:f", "1")
        #expect(try stream.notifications(2).map(\.data) == [body, #"{"id":"c"}"#])
        let removed = try stream.notifications(1)[0]
        #expect(removed.event == "removed" && removed.data.json["id"]?.asString == "a")
    }
}
