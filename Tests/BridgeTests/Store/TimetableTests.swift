import Feeds
import Reactor
import SQLite
import Testing

@testable import Bridge

/// Entries that are delivered later, and such as expire.
@Suite(.timeLimit(.minutes(2)))
struct TimetableTests {
    private let test: TestStore
    private let application: SQLiteConnection
    private let reader: PageReader
    private let future = WallClock.unixMilliseconds + 3_600_000

    init() throws {
        test = try TestStore()
        application = try test.connect()
        reader = try PageReader(test)
    }

    private func ids(_ feeds: [String], _ start: StreamStart = .backlog) throws -> [String] {
        try reader.notifications(reader.page(feeds, start)).map { String($0.prefix { $0 != " " }) }
    }

    private func unread(_ feed: String) throws -> Int { try reader.reading.unreadCount(FeedName(of: feed)) }

    private func count(_ table: String) throws -> Int64? { try application.scalarInt("SELECT count(*) FROM \(table)") }

    @Test func `what is to be delivered later is taken in, and is not there before`() async throws {
        try await RunningWriter.run(test) { running in
            let outcome = try await running.ingest(
                test.batch("user:1", [#"{"id":"now"}"#, #"{"id":"later","deliver_at":\#(future)}"#]))
            #expect(outcome.stored == 1 && outcome.scheduled == 1)
            _ = await running.writer.turn(.now)
            #expect(running.notifications.map(\.id) == ["now"])
            #expect(try ids(["user:1"]) == ["now"] && unread("user:1") == 1)
            let name = try FeedName(of: "user:1")
            #expect(try await running.writer.positions(of: [name]).map(\.count) == [2])
        }
    }

    @Test func `what is due is delivered in the order of its times in each feed, also after a restart`() async throws {
        try await RunningWriter.run(test) { running in
            var batch = try test.batch(
                "user:1",
                [
                    #"{"id":"third","deliver_at":\#(future + 2)}"#,
                    #"{"id":"first","deliver_at":\#(future),"event":"alarm"}"#,
                ])
            try test.append(
                "user:2",
                [#"{"id":"second","deliver_at":\#(future + 1)}"#, #"{"id":"fourth","deliver_at":\#(future + 2)}"#].map {
                    Array($0.utf8)
                }, to: &batch)
            _ = try await running.ingest(batch)
        }
        try application.execute("UPDATE scheduled SET due_at = due_at - 7200000")
        try await RunningWriter.run(test) { running in
            _ = await running.writer.turn(.now)
            #expect(running.notifications.map(\.id) == ["first", "third", "second", "fourth"])
            #expect(running.notifications.map(\.event) == ["alarm", nil, nil, nil])
            #expect(running.notifications.map(\.unread) == [1, 2, 1, 2])
            #expect(running.body(0) == #"{"id":"first","deliver_at":\#(future),"event":"alarm"}"#)
        }
        #expect(try count("scheduled") == 0 && ids(["user:1"]) == ["first", "third"])
    }

    @Test func `it is delivered when its time has come, and not a moment before`() async throws {
        try await RunningWriter.run(test) { running in
            let due = WallClock.unixMilliseconds + 150
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a","deliver_at":\#(due)}"#]))
            var came = WallClock.unixMilliseconds
            while running.notifications.isEmpty {
                let next = await running.writer.turn(.now)
                #expect(next <= MonotonicTime.now + 150)
                came = WallClock.unixMilliseconds
            }
            #expect(came >= due && running.notifications.map(\.id) == ["a"])
        }
    }

    @Test func `an id is known while its entry waits, and after`() async throws {
        try await RunningWriter.run(test) { running in
            let entry = #"{"id":"a","deliver_at":\#(future)}"#
            let outcome = try await running.ingest(test.batch("user:1", [entry, entry, #"{"id":"a"}"#]))
            #expect(outcome.scheduled == 1 && outcome.duplicates == 2 && outcome.stored == 0)
            let stored = try await running.ingest(
                test.batch("user:1", [#"{"id":"b"}"#, #"{"id":"b","deliver_at":\#(future)}"#]))
            #expect(stored.stored == 1 && stored.duplicates == 1)
            // In another feed it is another one.
            #expect(try await running.ingest(test.batch("user:2", [#"{"id":"a"}"#])).stored == 1)
        }
    }

    @Test func `what is removed before it is due is not delivered, nor taken in again`() async throws {
        try await RunningWriter.run(test) { running in
            let entry = #"{"id":"a","deliver_at":\#(future)}"#
            _ = try await running.ingest(test.batch("user:1", [entry]))
            #expect(try await running.writer.remove("a", from: FeedName(of: "user:1")) == 0)
            #expect(try count("scheduled") == 0)
            let outcome = try await running.ingest(test.batch("user:1", [entry, #"{"id":"a"}"#]))
            #expect(outcome.duplicates == 2)
        }
    }

    @Test func `what has expired when it comes is not stored, and its id is known`() async throws {
        try await RunningWriter.run(test) { running in
            let outcome = try await running.ingest(
                test.batch(
                    "user:1",
                    [
                        #"{"id":"a","expires_at":1}"#, #"{"expires_at":"2020-01-01T00:00:00Z"}"#, #"{"id":"a"}"#,
                        #"{"id":"b","deliver_at":\#(future),"expires_at":5}"#,
                    ]))
            #expect(outcome.expired == 3 && outcome.duplicates == 1 && outcome.stored == 0)
            #expect(running.notifications.isEmpty)
            #expect(try unread("user:1") == 0)
        }
    }

    @Test func `what expires while it waits is never delivered`() async throws {
        try await RunningWriter.run(test) { running in
            let entry = #"{"id":"a","deliver_at":\#(future),"expires_at":\#(future + 1)}"#
            let outcome = try await running.ingest(test.batch("user:1", [entry]))
            #expect(outcome.scheduled == 1)
        }
        try application.execute("UPDATE scheduled SET due_at = 1, body = replace(body, '\(future + 1)', '1')")
        try await RunningWriter.run(test) { running in
            _ = await running.writer.turn(.now)
            #expect(running.notifications.isEmpty)
        }
        #expect(try count("scheduled") == 0 && count("notifications") == 0)
    }

    @Test func `what has expired is no longer shown, and then removed and told`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(
                test.batch("user:1", [#"{"id":"a","expires_at":\#(future)}"#, #"{"id":"b"}"#]))
            #expect(try ids(["user:1"]) == ["a", "b"] && unread("user:1") == 2)
            _ = await running.writer.turn(.now)
            #expect(try count("notifications") == 2)

            // Nobody has removed it yet.
            try application.execute("UPDATE expiring SET expires_at = 1")
            #expect(try ids(["user:1"]) == ["b"] && ids(["user:1"], .after(0)) == ["b"] && unread("user:1") == 1)
            let history = try reader.reading.history(HistoryQuery(feed: FeedName(of: "user:1")))
            #expect(!String(decoding: history, as: UTF8.self).contains(#""id":"a""#))
        }
        try await RunningWriter.run(test) { running in
            _ = await running.writer.turn(.now)
            let (notifications, expiring) = (try count("notifications"), try count("expiring"))
            #expect(notifications == 1 && expiring == 0)
            #expect(running.changes.map(\.change.kind) == [.removed] && running.changes.map(\.unread) == [1])
            // Its entry does not bring it back.
            let outcome = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            #expect(outcome.duplicates == 1)
        }
        #expect(try reader.events(reader.page(["user:1"], .after(0))).map(\.event) == ["message", "removed"])
    }

    @Test func `what was removed before it expired is told once, and nothing of it is kept`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a","expires_at":\#(future)}"#]))
            let unread = try await running.writer.remove("a", from: FeedName(of: "user:1"))
            let left = try count("expiring")
            #expect(unread == 0 && left == 0)
            #expect(running.changes.map(\.change.kind) == [.removed])
        }
    }

    @Test func `a thousand that are due at once are delivered in steps`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(
                test.batch("user:1", (0..<1100).map { #"{"id":"\#($0)","deliver_at":\#(future)}"# }))
        }
        try application.execute("UPDATE scheduled SET due_at = 1")
        try await RunningWriter.run(test) { running in
            for count in [500, 1000, 1100, 1100] {
                _ = await running.writer.turn(.now)
                #expect(running.notifications.count == count)
            }
            #expect(running.notifications.map(\.id) == (0..<1100).map(String.init))
        }
    }

    // MARK: - What changes meanwhile

    /// Has what is scheduled be due, and lets the writer deliver it and look for other work.
    private func deliver(_ body: (RunningWriter) async throws -> Void) async throws {
        try application.execute("UPDATE scheduled SET due_at = 1")
        try await RunningWriter.run(test) { running in
            for _ in 0..<2 { _ = await running.writer.turn(.now) }
            try await body(running)
        }
    }

    private func schedule(_ entry: String, in feed: String = "order:1") async throws {
        try await RunningWriter.run(test) { running in
            let batch = try test.batch(feed, [entry])
            #expect(try await running.ingest(batch).scheduled == 1)
        }
    }

    @Test func `what is due is delivered once, also if rows of its kind are the application's by now`() async throws {
        try await schedule(#"{"id":"a","deliver_at":\#(future)}"#)
        test.kinds = [.test("order") { $0.source = .flagAndDatabase }]
        try await deliver { running in
            #expect(running.notifications.map(\.id) == ["a"])
            let (arrivals, log) = (try count("arrivals"), try count("log"))
            #expect(arrivals == 0 && log == 1)
        }
    }

    @Test func `what is due of a kind of which nothing is stored any more is discarded`() async throws {
        try await schedule(#"{"id":"a","deliver_at":\#(future)}"#)
        test.kinds = [.test("order") { $0.isEphemeral = true }]
        try await deliver { running in
            #expect(running.notifications.isEmpty && running.telemetry.entriesDiscarded.value == 1)
            let (notifications, scheduled) = (try count("notifications"), try count("scheduled"))
            #expect(notifications == 0 && scheduled == 0)
        }
    }

    @Test func `what was scheduled without an id leaves no mark when it is removed`() async throws {
        try await schedule(#"{"t":"a","deliver_at":\#(future)}"#, in: "user:1")
        try await deliver { running in
            let id = try #require(running.notifications.first?.id)
            #expect(try await running.writer.remove(id, from: FeedName(of: "user:1")) == 0)
            let forgotten = try count("forgotten")
            #expect(forgotten == 0)
        }
    }

    @Test func `an entry with a known id that has expired takes nothing back`() async throws {
        try await RunningWriter.run(test) { running in
            let outcome = try await running.ingest(
                test.batch(
                    "user:1",
                    [
                        #"{"id":"a","deliver_at":\#(future)}"#, #"{"id":"b"}"#, #"{"id":"a","expires_at":1}"#,
                        #"{"id":"b","expires_at":1}"#,
                    ]))
            #expect(outcome.duplicates == 2 && outcome.expired == 0)
            let forgotten = try count("forgotten")
            #expect(forgotten == 0)
        }
        try await deliver { #expect($0.notifications.map(\.id) == ["a"]) }
    }

    @Test func `the count with what is due knows what the application has read`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(
                test.batch("user:1", [#"{"id":"a"}"#, #"{"id":"b","deliver_at":\#(future)}"#]))
            try application.execute("UPDATE notifications SET read_at = 1; UPDATE scheduled SET due_at = 1")
            _ = await running.writer.turn(.now)
            #expect(running.notifications.map(\.unread) == [1, 1])
        }
    }

    // MARK: - Many

    @Test func `what expires together is removed with one count of each feed`() async throws {
        try await RunningWriter.run(test) { running in
            let entry = { (id: String) in Array(#"{"id":"\#(id)","expires_at":\#(future)}"#.utf8) }
            var batch = try test.batch("user:1", [#"{"id":"c"}"#])
            try test.append("user:2", [entry("d")], to: &batch)
            try test.append("user:1", [entry("a"), entry("b")], expected: 1, to: &batch)
            _ = try await running.ingest(batch)
        }
        try application.execute("UPDATE expiring SET expires_at = 1")
        try await RunningWriter.run(test) { running in
            _ = await running.writer.turn(.now)
            let told = running.changes.map { "\($0.feed.text) \($0.unread ?? -1)" }
            #expect(told.sorted() == ["user:1 1", "user:1 1", "user:2 0"])
            #expect(running.changes.map(\.position) == [5, 6, 7])
        }
    }

    @Test func `an unread count looks at what has expired of its own feed`() throws {
        let plan = try application.prepare("EXPLAIN QUERY PLAN \(UnreadCount.query)")
        var steps: [String] = []
        while try plan.step() { steps.append(plan.string(3)) }
        #expect(steps.contains { $0.contains("expiring_feed (feed=? AND expires_at<?)") }, "\(steps)")
        #expect(!steps.contains { $0.contains("SCAN") && !$0.contains("CONSTANT") }, "\(steps)")
    }
}
