import Feeds
import Glibc
import Reactor
import SQLite
import Testing

@testable import Bridge

struct StoreWriterTests {
    private let test: TestStore
    private let application: SQLiteConnection

    init() throws {
        test = try TestStore()
        application = try test.connect()
    }

    @Test func `entries are stored in their order and handed over with ascending positions`() async throws {
        try await RunningWriter.run(test) { running in
            var batch = try test.batch("user:1", [#"{"id":"b"}"#, #"{"id":"a","event":"e"}"#])
            try test.append("job:1", [Array(#"{"id":3}"#.utf8)], to: &batch)
            let outcome = try await running.ingest(batch)
            #expect(outcome.stored == 3 && outcome.duplicates == 0 && outcome.conflicts.isEmpty)
            let notifications = running.notifications
            #expect(notifications.map(\.id) == ["b", "a", "3"])
            #expect(notifications.map(\.position) == [1, 2, 3])
            #expect(notifications.map(\.feed.text) == ["user:1", "user:1", "job:1"])
            #expect(notifications.map(\.event) == [nil, "e", nil])
            #expect(notifications.map(\.unread) == [1, 2, nil])
            #expect(running.body(1) == #"{"id":"a","event":"e"}"# && running.body(2) == #"{"id":3}"#)
            #expect(running.commitCount == 1)
        }
        #expect(try rows("SELECT feed, id, body FROM notifications ORDER BY seq").count == 3)
        #expect(try rows("SELECT pos, kind, data FROM log ORDER BY pos") == ["1|1|", "2|1|e", "3|1|"])
        #expect(try application.scalarInt("SELECT last FROM bridge") == 3)
    }

    @Test func `an id that was taken in before is dropped, in its own feed only`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#, #"{"id":"a","n":2}"#]))
            let outcome = try await running.ingest(test.batch("user:1", [#"{"id":"b"}"#, #"{"id":"a"}"#]))
            #expect(outcome.stored == 1 && outcome.duplicates == 1)
            _ = try await running.ingest(test.batch("user:2", [#"{"id":"a"}"#]))
            #expect(running.notifications.map { "\($0.feed) \($0.id)" } == ["user:1 a", "user:1 b", "user:2 a"])
            #expect(running.notifications.map(\.unread) == [1, 2, 1])
            #expect(try await running.writer.positions(of: [FeedName(of: "user:1")]).map(\.count) == [4])
        }
    }

    @Test func `what is all known is not handed over`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            #expect(running.commitCount == 1)
        }
    }

    @Test func `an entry without id gets one that stays`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", ["{}", "{}"]))
            let ids = running.notifications.map(\.id)
            #expect(Set(ids).count == 2 && ids.allSatisfy { $0.utf8.count == 26 })
            #expect(try rows("SELECT id FROM notifications ORDER BY seq") == ids)
        }
    }

    @Test func `a notification that was deleted does not come back`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#, #"{"id":"b"}"#]))
            try application.execute("DELETE FROM notifications WHERE id = 'a'")
            let outcome = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#, #"{"id":"c"}"#]))
            #expect(outcome.stored == 1 && outcome.duplicates == 1)
            #expect(running.notifications.map(\.id) == ["a", "b", "c"])
            #expect(running.notifications.last?.unread == 2)
        }
    }

    @Test func `the application's own changes of what is read are counted`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#, #"{"id":"b"}"#]))
            try application.execute("UPDATE notifications SET read_at = 1 WHERE id = 'a'")
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"c"}"#]))
            #expect(running.notifications.map(\.unread) == [1, 2, 2])
        }
    }

    @Test func `a reading that started elsewhere is a conflict, and the others of its batch are stored`() async throws {
        try await RunningWriter.run(test) { running in
            var batch = try test.batch("user:1", [#"{"id":"a"}"#], expected: 7)
            try test.append("user:2", [Array(#"{"id":"b"}"#.utf8)], to: &batch)
            let outcome = try await running.ingest(batch)
            #expect(outcome.conflicts == [try FeedName(of: "user:1")] && outcome.stored == 1)
            #expect(running.notifications.map(\.id) == ["b"])
        }
    }

    @Test func `a bad entry is kept whole, and what stands behind it flows on`() async throws {
        let bad: [UInt8] = [0x7B, 0x00, 0xFF, 0x7D]
        try await RunningWriter.run(test) { running in
            var batch = IngestBatch()
            try test.append("user:1", [Array(#"{"id":"a"}"#.utf8), bad, Array(#"{"id":"b"}"#.utf8)], to: &batch)
            let outcome = try await running.ingest(batch)
            #expect(outcome.stored == 2 && outcome.quarantined.count == 1)
            #expect(running.notifications.map(\.id) == ["a", "b"])
            #expect(try await running.writer.positions(of: [FeedName(of: "user:1")]).map(\.count) == [3])
        }
        let statement = try application.prepare("SELECT feed, entry, reason, typeof(entry) FROM quarantine")
        #expect(try statement.step())
        #expect(statement.string(0) == "user:1" && statement.withBytes(1) { Array($0) } == bad)
        #expect(BadEntry(rawValue: statement.string(2)) != nil && statement.string(3) == "blob")
    }

    @Test func `of a list that is read again nothing is set aside twice; what is pushed again is`() async throws {
        let large = String(repeating: "x", count: 100_000)
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", ["bad", "", large]))
            _ = try await running.ingest(test.batch("user:2", ["other"]))
            #expect(try await running.ingest(test.batch("user:1", ["bad"])).quarantined.count == 1)

            // Nothing of it was recognised: the position goes back to the start.
            var again = try test.batch("user:1", [])
            again.readings[0].position = .start
            again.readings[0].replacesTail = true
            again.readings[0].rereadEnd = 6
            _ = try await running.ingest(again)
            var outcome = try await running.ingest(test.batch("user:1", ["bad", "", "other"], expected: 0))
            #expect(outcome.quarantined.count == 1 && outcome.duplicates == 2)
            outcome = try await running.ingest(test.batch("user:1", [large + "y", large, "bad"]))
            #expect(outcome.quarantined.count == 1 && outcome.duplicates == 2)
            // What stands behind is new.
            outcome = try await running.ingest(test.batch("user:1", ["bad"]))
            #expect(outcome.quarantined.count == 1 && outcome.duplicates == 0)
        }
        #expect(try application.scalarInt("SELECT count(*) FROM quarantine") == 8)
        // What is removed is not known any more.
        try application.execute("DELETE FROM quarantine WHERE feed = 'user:1'")
        #expect(try application.scalarInt("SELECT count(*) FROM quarantine_hashes") == 1)
    }

    @Test func `of very many bad entries that look alike none is set aside twice`() async throws {
        let margin = String(repeating: "x", count: 40)
        let entries = (100..<500).map { "\(margin)\($0)\(margin)" }
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", entries))
            var again = try test.batch("user:1", entries, expected: 400)
            again.readings[0].position.count = 400
            again.readings[0].rereadEnd = 400
            again.readings[0].replacesTail = true
            let outcome = try await running.ingest(again)
            #expect(outcome.quarantined.isEmpty && outcome.duplicates == 400)
        }
        let plan = try application.prepare(
            "EXPLAIN QUERY PLAN SELECT 1 FROM quarantine_hashes WHERE feed = 'user:1' AND hash = 1")
        #expect(try plan.step() && plan.string(3).contains("quarantine_hashes_feed (feed=? AND hash=?)"))
    }

    @Test func `what was taken back is not counted as unread`() async throws {
        try poison()
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            let failing = try test.batch("user:1", [#"{"id":"b"}"#, #"{"id":"poison"}"#])
            await #expect(throws: SQLiteError.self) { try await running.ingest(failing) }
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"c"}"#], expected: 1))
            #expect(running.notifications.map(\.unread) == [1, 2])
        }
    }

    @Test func `what fails leaves nothing behind, and succeeds when it can`() async throws {
        try poison()
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            var batch = try test.batch("user:1", [#"{"id":"b"}"#, "nonsense", #"{"id":"poison"}"#])
            try test.append("user:2", [Array(#"{"id":"c"}"#.utf8)], to: &batch)
            await #expect(throws: SQLiteError.self) { try await running.ingest(batch) }
            #expect(running.notifications.map(\.id) == ["a"])
            #expect(try await running.writer.positions(of: [FeedName(of: "user:1")]).map(\.count) == [1])
            #expect(try rows("SELECT id FROM notifications") == ["a"])
            #expect(try rows("SELECT seq FROM quarantine").isEmpty)
            #expect(try rows("SELECT pos FROM log") == ["1"])
            #expect(try rows("SELECT last FROM bridge") == ["1"])
            try application.execute("DROP TRIGGER poison")
            _ = try await running.ingest(batch)
            #expect(running.notifications.map(\.id) == ["a", "b", "poison", "c"])
            #expect(running.notifications.map(\.position) == [1, 2, 3, 4])
            #expect(running.notifications.map(\.unread) == [1, 2, 3, 1])
        }
    }

    @Test func `the database's trouble is told and taken back`() async throws {
        try application.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'poisoned'); END")
        try await RunningWriter.run(test) { running in
            let batch = try test.batch("user:1", [#"{"id":"a"}"#])
            await #expect(throws: SQLiteError.self) { try await running.ingest(batch) }
            #expect(running.telemetry.readiness.all.map(\.part) == [.database])
            try application.execute("DROP TRIGGER poison")
            _ = try await running.ingest(batch)
            #expect(running.telemetry.readiness.all.isEmpty)
        }
    }

    /// Makes the storing of the id `poison` fail.
    private func poison() throws {
        try application.execute(
            """
            CREATE TRIGGER poison BEFORE INSERT ON notifications WHEN new.id = 'poison'
            BEGIN SELECT RAISE(ABORT, 'poisoned'); END
            """)
    }

    @Test func `a database that could not be written is tried again by itself`() async throws {
        try await RunningWriter.run(test) { running in
            let feed = try FeedName(of: "user:1")
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            rename(test.path, test.path + ".away")
            await #expect(throws: StoreError.self) { try await running.writer.markRead(feed, .all) }
            rename(test.path + ".away", test.path)
            // That housekeeping found nothing to write proves nothing.
            _ = await running.writer.turn(.now)
            #expect(running.telemetry.readiness.all.map(\.part) == [.database])
            _ = await running.writer.turn(.now + 11_000)
            #expect(running.telemetry.readiness.all.isEmpty)
        }
    }

    @Test func `a database that was closed is not opened again`() async throws {
        try await RunningWriter.run(test) { running in
            _ = try await running.ingest(test.batch("user:1", [#"{"id":"a"}"#]))
            await running.writer.close()
            #expect(await running.writer.turn(.now) == .distantFuture)
            await #expect(throws: StoreError.self) { try await running.ingest(test.batch("user:1", ["{}"])) }
            await #expect(throws: StoreError.self) { try await running.writer.positions(of: []) }
        }
    }

    /// The rows of a query, their columns joined by a bar.
    private func rows(_ sql: String) throws -> [String] {
        let columns = sql.split(separator: " FROM ")[0].split(separator: ",").count
        let statement = try application.prepare(sql)
        var rows: [String] = []
        while try statement.step() { rows.append((0..<columns).map(statement.string).joined(separator: "|")) }
        return rows
    }
}
