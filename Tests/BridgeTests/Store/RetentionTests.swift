import Feeds
import Reactor
import Synchronization
import Testing

@testable import Bridge

struct RetentionTests {
    private let test: TestStore
    private let store: LogStore
    private var retention: Retention { store.retention }
    /// When the test store stores.
    private let stored: Int64 = 1_700_000_000_000

    init() throws {
        test = try TestStore()
        store = try test.open()
    }

    private func count(_ table: String) throws -> Int64 {
        try store.connection.scalarInt("SELECT count(*) FROM \(table)") ?? -1
    }

    // MARK: - By age

    @Test func `the log is removed up to the cutoff, with its notifications, and no further`() throws {
        try test.store("user:1", "a", "b", "c", in: store)
        try store.connection.execute("UPDATE log SET at = at + pos")
        #expect(try retention.removeLog(before: stored + 1, now: stored + 9).notifications == 0)
        let removal = try retention.removeLog(before: stored + 3, now: stored + 9)
        #expect(removal.notifications == 2 && removal.feeds == ["user:1"] && !removal.isFull)
        #expect(try store.connection.scalarText("SELECT group_concat(id) FROM notifications") == "c")
        #expect(try store.connection.scalarText("SELECT group_concat(pos) FROM log") == "3")
        #expect(try store.connection.scalarInt("SELECT purged FROM bridge") == 2)

        let reader = try PageReader(test)
        #expect(try reader.notifications(reader.page(["user:1"], .after(2))) == ["c 3"])
        #expect(try reader.events(reader.page(["user:1"], .after(1)))[0].data.contains("past-retention"))
        #expect(try reader.notifications(reader.page(["user:1"], .backlog)) == ["c 3"])
    }

    @Test func `a step removes a little, and says that there is more`() throws {
        for number in 0..<Retention.rowsPerStep + 10 { try test.store("user:1", "n\(number)", in: store) }
        #expect(try retention.removeLog(before: .max, now: .max).isFull)
        #expect(try count("notifications") == 10)
        #expect(try !retention.removeLog(before: .max, now: .max).isFull)
        #expect(try count("notifications") == 0 && count("log") == 0)
    }

    @Test func `what a wrong clock dated into the future counts from now`() throws {
        try test.store("user:1", "a", "b", in: store)
        try store.connection.execute("UPDATE log SET at = at + 100000000000 WHERE pos = 1")
        #expect(try retention.removeLog(before: stored + 1, now: stored + 5).notifications == 0)
        #expect(try retention.removeLog(before: stored + 5, now: stored + 9).notifications == 0)
        #expect(try retention.removeLog(before: stored + 6, now: stored + 9).notifications == 2)
    }

    @Test func `what was set aside is removed by age as well`() throws {
        for time in [1, 2, 3] as [Int64] {
            try [UInt8(ascii: "x")].withUnsafeBufferPointer {
                try store.quarantine.add(feed: "user:1", reason: .notJSON, entry: $0, at: time)
            }
        }
        #expect(try !store.quarantine.remove(before: 3, now: 9))
        #expect(try count("quarantine") == 1)
    }

    @Test func `however much a wrong clock dated into the future, all of it counts from now`() throws {
        let count = Retention.rowsPerStep + 100
        for number in 0..<count { try test.store("user:1", "n\(number)", in: store) }
        let day: Int64 = 86_400_000
        try store.connection.execute("UPDATE log SET at = at + \(400 * day) WHERE pos BETWEEN 10 AND \(count - 10)")
        // What was written after the clock was set right is not touched.
        try store.connection.execute("UPDATE log SET at = at - 5 WHERE pos > \(count - 10)")
        func step(_ cutoff: Int64) throws -> Retention.Removal {
            try retention.removeLog(before: cutoff, now: stored + day)
        }
        #expect(try step(stored + 1).notifications == 9)
        while try step(stored + 1).isFull {}
        #expect(
            try store.connection.scalarInt("SELECT count(*) FROM log WHERE at = \(stored + day)") == Int64(count) - 19)
        #expect(try store.connection.scalarInt("SELECT count(*) FROM log WHERE at = \(stored - 5)") == 10)
        var removed = 9
        for _ in 0..<2 { removed += try step(stored + day + 1).notifications }
        #expect(removed == count)
    }

    @Test func `what was set aside while a clock was wrong does not keep the rest`() throws {
        try [UInt8(ascii: "x")].withUnsafeBufferPointer { entry in
            for _ in 0..<Retention.rowsPerStep + 10 {
                try store.quarantine.add(feed: "user:1", reason: .notJSON, entry: entry, at: 1_000_000)
            }
            for _ in 0..<3 { try store.quarantine.add(feed: "user:1", reason: .notJSON, entry: entry, at: 1000) }
        }
        #expect(try store.quarantine.remove(before: 2000, now: 5000))
        #expect(try count("quarantine") == Int64(Retention.rowsPerStep) + 10)
        #expect(try !store.quarantine.remove(before: 2000, now: 5000))
        #expect(try store.quarantine.remove(before: 5001, now: 5001))
        #expect(try !store.quarantine.remove(before: 5001, now: 5001))
        #expect(try count("quarantine") == 0)
    }

    @Test func `broadcast events of a wrong clock go a minute after it is set right`() throws {
        try store.transaction(appending: 2) {
            for time in [1_000_000, 1000] as [Int64] {
                _ = try store.append(BroadcastEvent(name: "e", value: [], at: time), at: time)
            }
        }
        #expect(try !retention.removeBroadcasts(before: 2000, now: 5000))
        #expect(try count("log") == 1)
        #expect(try !retention.removeBroadcasts(before: 5001, now: 65_000))
        #expect(try count("log") == 0)
    }

    // MARK: - By number

    @Test func `what was removed by hand takes no place among what is kept or shown`() throws {
        try test.store("metrics:1", "a", "b", "c", in: store)
        let feed = try FeedName(of: "metrics:1")
        _ = try store.readState.remove("c", from: feed)
        try store.connection.execute("DELETE FROM notifications WHERE id = 'b'")
        try test.store("metrics:1", "d", in: store)
        let number = try #require(try store.positions.feed(feed)?.id)
        #expect(try retention.trim(number, to: 2).notifications == 0)
        let reader = try PageReader(test, backlog: 2)
        #expect(try reader.notifications(reader.page(["metrics:1"], .backlog)).map { $0.prefix(1) } == ["a", "d"])
        #expect(try count("forgotten") == 2)
        // Their ids stay known all the same.
        for id in ["b", "c"] { #expect(throws: TestError.self) { try test.store("metrics:1", id, in: store) } }
    }

    @Test func `a feed keeps its newest, and others keep theirs`() throws {
        try test.store("metrics:1", "a", "b", "c", "d", in: store)
        try test.store("metrics:2", "a", in: store)
        let number = try #require(try store.positions.feed(FeedName(of: "metrics:1"))?.id)
        #expect(try retention.trim(number, to: 4).notifications == 0)
        #expect(try retention.trim(number, to: 5).notifications == 0)
        let part = try retention.trim(number, to: 1, limit: 2)
        #expect(part.notifications == 2 && part.isFull)
        #expect(try retention.trim(number, to: 1).notifications == 1)
        let reader = try PageReader(test)
        #expect(try reader.notifications(reader.page(["metrics:1", "metrics:2"], .backlog)) == ["d 4", "a 5"])
        // To have missed what is not kept is no gap.
        #expect(try reader.notifications(reader.page(["metrics:1"], .after(1))) == ["d 4"])
    }

    @Test func `what is stored drives out what is too much, and the unread count tells`() async throws {
        test.keep = 2
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#, #"{"id":"b"}"#, #"{"id":"c"}"#]))
            #expect(running.notifications.map(\.unread) == [2, 2, 2])
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"d"}"#]))
            #expect(running.notifications.map(\.id) == ["a", "b", "c", "d"])
            #expect(running.notifications.last?.unread == 2)
            // It was driven out, but it is not taken in again.
            let outcome = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            #expect(outcome.duplicates == 1 && outcome.stored == 0)
        }
        #expect(try test.connect().scalarText("SELECT group_concat(id) FROM notifications") == "c,d")
    }

    // MARK: - Marks

    @Test func `an id that is gone stays known until its mark is old and its entry off the list`() throws {
        try test.store("user:1", "a", "b", in: store)
        _ = try retention.removeLog(before: .max, now: .max)
        #expect(try count("forgotten") == 2)
        #expect(throws: TestError.self) { try test.store("user:1", "a", in: store) }

        let now = try #require(try store.connection.scalarInt("SELECT max(removed_at) FROM forgotten"))
        #expect(try store.forgotten.places(after: .init(), before: now).isEmpty)
        let places = try store.forgotten.places(after: .init(), before: now + 1)
        #expect(places.map(\.feed) == ["user:1", "user:1"])
        #expect(try store.forgotten.places(after: places[0], before: now + 1).isEmpty)

        let listed = Array("b".utf8).withUnsafeBufferPointer { EntryHash($0) }
        #expect(try !store.forgotten.remove(of: "user:1", before: now, except: [listed]))
        #expect(try count("forgotten") == 2)
        #expect(try !store.forgotten.remove(of: "user:1", before: now + 1, except: [listed]))
        #expect(try store.connection.scalarText("SELECT group_concat(id) FROM forgotten") == "b")
    }

    @Test(arguments: [1, 30])
    func `the overdue marks of many feeds are looked through by the hundred`(marksEach: Int) async throws {
        try store.connection.execute(
            """
            WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < \(250 * marksEach - 1))
            INSERT INTO forgotten SELECT 'user:' || (n % 250), 'i' || n, n FROM n
            """)
        try await RunningWriter.run(test) { running in
            let asked = Mutex<[[FeedName]]>([])
            let writer = running.writer
            await writer.ask { _ in
            } inspect: { feeds in
                asked.withLock { $0.append(feeds) }
            }
            var now = MonotonicTime.now
            func turn(_ times: Int) async {
                for _ in 0..<times {
                    now = now + 60_000
                    _ = await writer.turn(now)
                }
            }
            await turn(2)
            // The next ones wait until these lists are read through.
            #expect(asked.withLock { $0.map(\.count) } == [100])
            #expect(running.telemetry.readiness.all.map(\.reason) == [])
            for _ in 0..<2 {
                await writer.inspected()
                await turn(1 + marksEach / 2)
            }
            #expect(asked.withLock { Set($0.flatMap(\.self)).count } == 250)
            for feed in asked.withLock({ $0.flatMap(\.self) }) { await writer.removeMarks(of: feed.text, except: []) }
            // Feeds with more than a step's share go on by themselves.
            for _ in 0..<3 { _ = try await writer.positions(of: []) }
            #expect(try count("forgotten") == 0)
        }
    }

    @Test func `an id that no entry came with leaves no mark`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", ["{}", #"{"id":"a"}"#]))
        }
        #expect(try retention.removeLog(before: .max, now: .max).notifications == 2)
        #expect(try store.connection.scalarText("SELECT group_concat(id) FROM forgotten") == "a")
    }

    @Test func `a feed of which nothing is left is told from one that still has something`() throws {
        try test.store("user:1", "a", in: store)
        try test.store("user:2", "a", in: store)
        try store.connection.execute("DELETE FROM log WHERE pos = 2; DELETE FROM forgotten")
        let states = try retention.feeds(after: 0)
        #expect(states.map(\.name) == ["user:1", "user:2"])
        #expect(states.map(\.isEmpty) == [false, true] && states.allSatisfy { !$0.isAtStart })
        try store.connection.execute("UPDATE feeds SET position = 0 WHERE name = 'user:2'")
        let empty = try retention.feeds(after: states[0].number)
        #expect(empty.map(\.isAtStart) == [true])
        try retention.remove(empty[0])
        #expect(try retention.feeds(after: 0).map(\.name) == ["user:1"])
    }
}
