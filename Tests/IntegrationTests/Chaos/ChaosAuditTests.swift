import Testing
import TestSupport

/// Whether an audit sees what is wrong, and only that.
struct ChaosAuditTests {
    private typealias Kind = ChaosViolation.Kind

    private let feeds = ChaosFeeds(users: 3, jobs: 0)
    private let ledger = ChaosLedger(feeds: 3)

    init() {
        ledger.note(3, in: 0, isAnnounced: true, badEntries: ["bad"])
        ledger.note(2, in: 1, isAnnounced: true, badEntries: [])
    }

    /// What was pushed, as the log ought to have it.
    private let good = [
        ChaosEntry(feed: 0, number: 1), ChaosEntry(feed: 1, number: 1), ChaosEntry(feed: 0, number: 2),
        ChaosEntry(feed: 0, number: 3), ChaosEntry(feed: 1, number: 2),
    ]

    /// A database that holds these at the positions from 11 on.
    private func database(
        _ entries: [ChaosEntry], quarantined: Set<String> = ["bad"], isRead: Bool = false, readAt: [Int64] = []
    ) -> ChaosDatabase {
        let reads = readAt.map { ChaosDatabase.Read(position: $0, feed: "user:0") }
        let rows = entries.enumerated().map { index, entry in
            let feed = feeds.all[entry.feed]
            return ChaosDatabase.Row(
                position: Int64(11 + index), sequence: Int64(1 + index), feed: feed.name,
                id: feed.hasIDs ? feeds.mark(of: entry) : "given \(index)", body: feeds.text(of: entry), isRead: isRead)
        }
        return ChaosDatabase(rows: rows, reads: reads, danglingPositions: [], quarantined: quarantined)
    }

    /// A stream of both feeds that received the `good` ones with these indices, at their positions.
    private func record(_ indices: [Int], from cursor: Int64 = 10) -> StreamRecord {
        var record = StreamRecord(name: "stream", feeds: [0, 1], startsWithBacklog: false, firstCursor: cursor)
        record.arrivals = indices.map { index in
            StreamRecord.Arrival(
                entry: good[index], position: Int64(11 + index), time: .now, isWillingSince: .now)
        }
        return record
    }

    private func kinds(_ database: ChaosDatabase, _ record: StreamRecord) -> [Kind] {
        ChaosAudit(feeds, ledger, database, [record]).verdict.violations.map(\.kind)
    }

    @Test func `a stream that got everything from its cursor on is no cause for complaint`() {
        #expect(kinds(database(good), record([0, 1, 2, 3, 4])) == [])
        #expect(kinds(database(good), record([3, 4], from: 13)) == [])
    }

    @Test func `what a stream did not get, got twice or too late is found`() {
        #expect(kinds(database(good), record([0, 1, 3, 4])) == [.lost])
        #expect(kinds(database(good), record([0, 1, 2, 3])) == [.lost])
        #expect(kinds(database(good), record([0, 1, 2, 3, 4, 4])) == [.twice, .outOfOrder])
        // The feeds are two: only the positions are out of order.
        #expect(kinds(database(good), record([1, 0, 2, 3, 4])) == [.outOfOrder])
        #expect(kinds(database(good), record([0, 1, 3, 2, 4])) == [.outOfOrder, .outOfOrder])
    }

    @Test func `what a stream got and the database does not have there is found`() {
        var early = record([0, 1, 2, 3, 4])
        early.arrivals.insert(
            StreamRecord.Arrival(entry: good[0], position: 5, time: .now, isWillingSince: .now), at: 0)
        #expect(kinds(database(good), early) == [.neverCommitted, .twice])
    }

    @Test func `what is not stored, or not in the order of the list, is found`() {
        #expect(kinds(database(Array(good.dropLast())), record([0, 1, 2, 3])) == [.lost])
        let swapped = [good[0], good[1], good[3], good[2], good[4]]
        #expect(kinds(database(swapped), record([], from: 15)) == [.outOfOrder])
        #expect(kinds(database(good, quarantined: []), record([0, 1, 2, 3, 4])) == [.lost])
    }

    @Test func `what has no id and is stored twice is found`() {
        ledger.note(2, in: 2, isAnnounced: true, badEntries: [])
        let (first, second) = (ChaosEntry(feed: 2, number: 1), ChaosEntry(feed: 2, number: 2))
        #expect(kinds(database(good + [first, second]), record([0, 1, 2, 3, 4])) == [])
        #expect(kinds(database(good + [first, second, second]), record([0, 1, 2, 3, 4])) == [.twice])
        #expect(kinds(database(good + [first, second, first]), record([], from: 18)) == [.twice, .outOfOrder])
    }

    @Test func `what was marked as read and not told in its place is found`() {
        let database = database(good, isRead: true, readAt: [16])
        ledger.noteRead(good[3])
        func kinds(_ reads: (position: Int64, arrivals: Int)...) -> [Kind] {
            var record = record([0, 1, 2, 3, 4])
            record.reads = reads.map {
                StreamRecord.Read(position: $0.position, feed: "user:0", arrivals: $0.arrivals)
            }
            return self.kinds(database, record)
        }
        #expect(kinds((16, arrivals: 5)) == [])
        #expect(kinds() == [.lost])
        #expect(kinds((16, arrivals: 5), (16, arrivals: 5)) == [.twice])
        #expect(kinds((16, arrivals: 4)) == [.outOfOrder])
        #expect(kinds((16, arrivals: 5), (17, arrivals: 5)) == [.neverCommitted])
        #expect(self.kinds(self.database(good), record([0, 1, 2, 3, 4])) == [.lost, .lost, .lost])
    }

    @Test func `a stream that was told to begin anew is found`() {
        var record = record([0, 1, 2, 3, 4])
        record.surprises.append((.now, "{}", isResync: true))
        #expect(kinds(database(good), record) == [.resync])
    }

    @Test func `the same seed makes the same plan`() {
        func names(_ seed: UInt64) -> [String] {
            var plan = ChaosPlan(seed: seed, ChaosPlan.everything(feeds, isPatient: true, hasDisk: true))
            return (0..<60).map { _ in
                let (pause, fault) = plan.next()
                return "\(pause) \(String(describing: fault))"
            }
        }
        #expect(names(1) == names(1))
        #expect(names(1) != names(2))
    }

    @Test func `a plan says what it has not come to`() {
        let draws = ChaosPlan.everything(feeds, isPatient: true, hasDisk: true)
        var plan = ChaosPlan(seed: 1, draws)
        for count in draws.indices {
            #expect(plan.leftOut.count == draws.count - count)
            _ = plan.next()
        }
        #expect(plan.leftOut == [])
        _ = plan.next()
        #expect(plan.leftOut == [])
    }
}
