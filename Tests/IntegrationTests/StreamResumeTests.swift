import Feeds
import Foundation
import HTTP
import Testing

/// Where a stream goes on that comes back.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StreamResumeTests {
    /// How a client says where it was; `n` stands for the cursor of the notification `n`.
    struct Presentation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var header: String?
        var query = ""
        let rest: [String]
    }

    static let presentations = [
        Presentation(testDescription: "the header", header: "2", rest: ["n3", "n4", "n5"]),
        Presentation(testDescription: "last_event_id", query: "&last_event_id=4", rest: ["n5"]),
        Presentation(testDescription: "lastEventId", query: "&lastEventId=4", rest: ["n5"]),
        Presentation(
            testDescription: "the header before the query", header: "3", query: "&last_event_id=1", rest: ["n4", "n5"]),
        Presentation(testDescription: "an empty header is none", header: "", query: "&lastEventId=4", rest: ["n5"]),
        Presentation(testDescription: "a cursor before since", header: "4", query: "&since=now", rest: ["n5"]),
        Presentation(testDescription: "since=now", query: "&since=now", rest: []),
        Presentation(testDescription: "nothing", rest: ["n1", "n2", "n3", "n4", "n5"]),
    ]

    @Test(arguments: presentations)
    func `a stream goes on where its client says`(_ presentation: Presentation) throws {
        let bridge = try FlagpoleProcess()
        let cursors = try bridge.fill(5)
        func cursor(_ text: String) -> String { text.isEmpty ? "" : cursors[(Int(text) ?? 1) - 1] }

        let (name, number) = (presentation.query.split(separator: "=").first ?? "", presentation.query.last)
        let isCursor = number?.isNumber == true
        let query = isCursor ? "\(name)=\(cursor(String(number ?? "1")))" : presentation.query
        let headers = presentation.header.map { [("Last-Event-ID", cursor($0))] } ?? []
        let stream = try bridge.stream("feed=user:42\(query)", headers: headers)
        #expect(try stream.untilLive().map(\.notificationID) == presentation.rest)

        try bridge.redis().push(#"{"id":"new"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["new"])
    }

    @Test(arguments: [false, true])
    func `after a restart a stream gets exactly the rest`(isKilled: Bool) throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let first = (1...9).map { "n\($0)" }
        try bridge.redis().push(first.map { #"{"id":"\#($0)"}"# }, to: "user:42")
        var received = try stream.ids(4)
        var cursor = stream.lastEventID
        // The others are in the database before the bridge goes, but this client has not seen them.
        _ = try bridge.stream("feed=user:42").notifications(9)

        for round in 1...3 {
            if isKilled { bridge.kill() } else { #expect(try bridge.stop() == 0) }
            try bridge.start()
            let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
            received += try back.untilLive().map(\.notificationID)
            try bridge.redis().push(#"{"id":"round-\#(round)"}"#, to: "user:42")
            received += try back.ids(1)
            cursor = back.lastEventID
        }
        #expect(received == first + ["round-1", "round-2", "round-3"])
    }

    @Test func `a notification's id is a place too, if only one of the feeds has it`() throws {
        let bridge = try FlagpoleProcess()
        _ = try bridge.fill(3)
        let stream = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", "n2")])
        #expect(try stream.untilLive().map(\.notificationID) == ["n3"])

        try bridge.redis().push(#"{"id":"n2"}"#, to: "user:1")
        _ = try bridge.stream("feed=user:1").notifications(1)
        let both = try bridge.stream("feed=user:42&feed=user:1", headers: [("Last-Event-ID", "n2")])
        let resync = try both.notifications(1)[0]
        #expect(resync.event == "resync")
        #expect(resync.data.json["feeds"]?["user:1"]?["reason"]?.asString == "unknown-cursor")
    }

    /// What is no place in this database, and why; `EPOCH` stands for the database's name.
    static let strangers = [
        ("never-seen", "unknown-cursor"),
        ("f1.EPOCH.999999", "unknown-cursor"),
        ("f1.EPOCH.-1", "unknown-cursor"),
        ("f1.EPOCH.99999999999999999999", "unknown-cursor"),
        ("f1.elsewhere.1", "new-epoch"),
        ("f2.EPOCH.1", "unknown-cursor"),
        ("%20n2", "unknown-cursor"),
        ("n2%0a", "unknown-cursor"),
        ("%FF", "unknown-cursor"),
        ("n2%", "unknown-cursor"),
        (String(repeating: "x", count: 2048), "unknown-cursor"),
    ]

    @Test func `a place that cannot be found gets a fresh snapshot, once`() throws {
        let bridge = try FlagpoleProcess()
        let epoch = try #require(Cursor(try bridge.fill(3)[0])).epoch
        for (text, reason) in Self.strangers {
            let cursor = text.replacing("EPOCH", with: epoch)
            let stream = try bridge.stream("feed=user:42&last_event_id=\(cursor)")
            let events = try stream.untilLive()
            try #require(events.map(\.event) == ["resync"], "\(text)")
            let snapshot = try #require(events[0].data.json["feeds"]?["user:42"])
            #expect(snapshot["reason"]?.asString == reason, "\(text)")
            #expect(snapshot["unread"]?.asInt == 3)
            let items = snapshot["items"]?.asArray ?? []
            #expect(items.compactMap { $0["id"]?.asString } == ["n1", "n2", "n3"])
            #expect(items.first?["body"] == #"{"id":"n1"}"#.json)
            #expect(items.first?["feed"]?.asString == "user:42")
            #expect(Cursor(events[0].id)?.epoch == epoch)

            let again = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", events[0].id)])
            #expect(try again.untilLive().isEmpty)
        }
    }

    @Test func `a cursor of a database that was deleted gets a fresh snapshot, and then all there is`() throws {
        let bridge = try FlagpoleProcess()
        let cursor = try bridge.fill(3)[1]
        #expect(try bridge.stop() == 0)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: bridge.directory.path("data/flagpole.sqlite3\(suffix)"))
        }
        try bridge.start()

        let stream = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
        let resync = try stream.notifications(1)[0]
        #expect(resync.event == "resync")
        let snapshot = resync.data.json["feeds"]?["user:42"]
        #expect(snapshot?["reason"]?.asString == "new-epoch")
        let items = (snapshot?["items"]?.asArray ?? []).compactMap { $0["id"]?.asString }
        #expect(try items + stream.ids(3 - items.count) == ["n1", "n2", "n3"])
        #expect(Cursor(stream.lastEventID)?.epoch != Cursor(cursor)?.epoch)
    }

    @Test func `a header that is too long is refused as such`() throws {
        let bridge = try FlagpoleProcess()
        let client = try bridge.client()
        let answer = try client.request(
            "GET", "/v1/stream?feed=user:42", headers: [("Last-Event-ID", String(repeating: "x", count: 100_000))])
        #expect(answer.status == 431)
        #expect(try client.isClosed())
    }
}

extension FlagpoleProcess {
    /// Pushes `n1`, `n2` and so on to `user:42`, and returns their cursors.
    fileprivate func fill(_ count: Int) throws -> [String] {
        let stream = try liveStream("feed=user:42")
        try redis().push((1...count).map { #"{"id":"n\#($0)"}"# }, to: "user:42")
        return try stream.notifications(count).map(\.id)
    }
}
