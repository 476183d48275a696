import Feeds
import Testing

@testable import Bridge

/// Broadcast events in the log, and as streams read them from there.
struct BroadcastTests {
    private let test: TestStore
    private let reader: PageReader

    init() throws {
        test = try TestStore()
        reader = try PageReader(test)
    }

    /// The events of a page that a stream of `feeds` and of broadcast events gets.
    private func names(_ feeds: [String], _ start: StreamStart) throws -> [String] {
        let feeds = try feeds.map { StreamFeed(name: try FeedName(of: $0), isInbox: $0.hasPrefix("user:")) }
        let query = StreamQuery(
            feeds: feeds + [StreamFeed(name: .broadcasts, isInbox: false)], start: start, isEnveloped: false)
        return try reader.events(try reader.reading.pages([query])[0]).map { event in
            "\(event.event) \(Cursor(event.id)?.position ?? -1)"
        }
    }

    private func seed(_ running: RunningWriter) async throws {
        _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
        try await running.writer.broadcast([("deploy", Array("1".utf8)), ("sale", Array("x".utf8))])
        _ = try await running.ingest(test.batch("user:1", [#"{"id":"b"}"#]))
    }

    @Test func `events and notifications are replayed in the order of their positions`() async throws {
        try await RunningWriter.run(test) { running in
            try await seed(running)
            #expect(running.broadcasts.map(\.position) == [2, 3])
            #expect(try names(["user:1"], .after(0)) == ["message 1", "deploy 2", "sale 3", "message 4"])
            #expect(try names(["user:1"], .after(2)) == ["sale 3", "message 4"])
            #expect(try names([], .after(0)) == ["deploy 2", "sale 3"])
        }
    }

    @Test func `those who do not ask for events get none, nor do newcomers get old ones`() async throws {
        try await RunningWriter.run(test) { running in
            try await seed(running)
            #expect(try reader.notifications(reader.page(["user:1"], .after(0))) == ["a 1", "b 4"])
            #expect(try names(["user:1"], .backlog) == ["message 1", "message 4"])
            #expect(try names([], .backlog).isEmpty && names([], .now).isEmpty)
        }
    }

    @Test func `a snapshot names feeds only`() async throws {
        try await RunningWriter.run(test) { running in
            try await seed(running)
            let query = StreamQuery(
                feeds: [StreamFeed(name: .broadcasts, isInbox: false)], start: .snapshot(.newEpoch), isEnveloped: false)
            #expect(try reader.events(reader.reading.pages([query])[0]).map(\.data) == [#"{"feeds":{}}"#])
        }
    }

    @Test func `to have missed events is no gap`() async throws {
        try await RunningWriter.run(test) { running in
            try await seed(running)
            try test.connect().execute("UPDATE bridge SET purged = 2")
            #expect(try names([], .after(1)) == ["deploy 2", "sale 3"])
            #expect(try names(["user:1"], .after(1)) == ["resync 4"])
        }
    }

    @Test func `an event has nothing of the notification before it`() async throws {
        let done = EntryCondition(member: "s", .oneOf([.string(Array("done".utf8))]))
        test.declare("job", EntryRules(coalesces: true, ending: done))
        try await RunningWriter.run(test) { running in
            for entry in [#"{"s":"done"}"#, #"{"key":"k"}"#] {
                _ = try await running.ingest(test.batch("job:1", [entry]))
                try await running.writer.broadcast([("sale", Array("1".utf8))])
            }
        }
        let rows = "SELECT count(*) FROM log WHERE kind = 5 AND coalesce(own_id, key, terminal) IS NULL"
        #expect(try test.connect().scalarInt(rows) == 2)
    }

    @Test func `an event is replayed for a minute, and then removed`() async throws {
        try await RunningWriter.run(test) { running in
            try await seed(running)
            let application = try test.connect()
            // However long the test takes, this one is not a minute old.
            try application.execute("UPDATE log SET at = at + 3600000 WHERE pos = 3")
            try application.execute("UPDATE log SET at = at - 60001 WHERE pos = 2")
            #expect(try names([], .after(0)) == ["sale 3"])
            _ = await running.writer.turn(.now)
            #expect(try application.scalarInt("SELECT sum(pos) FROM log") == 1 + 3 + 4)
            // To have missed it is no gap.
            #expect(try names(["user:1"], .after(0)) == ["message 1", "sale 3", "message 4"])
        }
    }

    @Test func `a value larger than a notification may be is left out`() async throws {
        try await RunningWriter.run(test) { running in
            try await running.writer.broadcast([("deploy", [UInt8](repeating: 0x31, count: 65_537))])
            let data = try #require(running.broadcasts.first?.event.data)
            #expect(String(decoding: data, as: UTF8.self).hasSuffix(#""value":null}"#))
        }
    }
}
