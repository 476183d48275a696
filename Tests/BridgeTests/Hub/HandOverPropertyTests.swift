import Feeds
import Reactor
import TestSupport
import Testing

@testable import Bridge

/// Streams come, stall, leave and come back while things are committed, and the threads between them are held up.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HandOverPropertyTests {
    @Test(arguments: UInt64(1)...6)
    func `every stream gets what follows its cursor once, in order, wherever it was read from`(
        seed: UInt64
    ) async throws {
        let store = try TestStore()
        store.declare("alert", EntryRules(conditions: [EntryCondition(member: "p", .within(min: 5, max: nil))]))
        try await run(store, seed: seed, marksRead: false)
    }

    @Test(arguments: UInt64(1)...4)
    func `what is read at the moment when something comes is told in the order of the log`(
        seed: UInt64
    ) async throws {
        let store = try TestStore()
        store.declare("alert", EntryRules(conditions: [EntryCondition(member: "p", .within(min: 5, max: nil))]))
        try await run(store, seed: seed, marksRead: true)
        #expect(try store.connect().scalarInt("SELECT count(*) FROM log WHERE kind = 2") ?? 0 > 20)
    }

    private func run(_ store: TestStore, seed: UInt64, marksRead: Bool) async throws {
        try await RunningHub.run(store) { hub in
            var scenario = HandOverScenario(hub, store, seed: seed, marksRead: marksRead)
            for _ in 0..<250 { try await scenario.step() }
            try await scenario.finish()
        }
    }
}

/// What happens at random, and what must have come of it.
private struct HandOverScenario {
    private static let feeds = ["user:1", "user:2", "alert:3"]

    private let hub: RunningHub
    private let store: TestStore
    /// Whether somebody reads while there is news.
    private let marksRead: Bool
    private var random: SeededGenerator
    private var streams: [StreamTap] = []
    /// Where streams left, to come back from.
    private var cursors: [String] = []
    private var readerGate: Gate?
    private var hubGate: Gate?
    private var count = 0

    init(_ hub: RunningHub, _ store: TestStore, seed: UInt64, marksRead: Bool) {
        self.hub = hub
        self.store = store
        self.marksRead = marksRead
        random = SeededGenerator(seed: seed)
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<17, using: &random) {
        case 0...4: try await commit()
        case 5, 6: if streams.count < 12 { try open() }
        case 7: if streams.count > 2 { try leave() }
        case 8: if !streams.isEmpty { try streams.any(&random).drain(upTo: 3000, waiting: 1) }
        // Those that are read to the end are live, those that stall are read from the database.
        case 13...15: for stream in streams where random.isTrue(oneIn: 2) { while try stream.drain(waiting: 1) {} }
        case 9: readerGate = readerGate == nil ? Gate(holding: hub.reader, on: hub.reader.executor) : nil
        case 10: hubGate = hubGate == nil ? Gate(holding: hub.hub, on: hub.hub.loop) : nil
        case 11: hub.holdCommits()
        case 12: hub.releaseCommits()
        // As after a commit that seemed to fail, but lasted.
        default: hub.hub.post(on: hub.hub.loop) { $0.readAll() }
        }
    }

    private mutating func commit() async throws {
        var batch = IngestBatch()
        for feed in Self.feeds where random.isTrue(oneIn: 2) {
            let entries = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                count += 1
                let text = String(repeating: "x", count: Int.random(in: 0...3000, using: &random))
                let priority = Int.random(in: 0...9, using: &random)
                return Array(#"{"id":"\#(count)","p":\#(priority),"t":"\#(text)"}"#.utf8)
            }
            try store.append(feed, entries, to: &batch)
        }
        guard marksRead else { return try await hub.ingest(batch) }
        try await ingest(batch, reading: Self.feeds.filter { _ in random.isTrue(oneIn: 3) })
    }

    /// Stores a batch, and marks feeds as read at the same time: which comes first is chance.
    private func ingest(_ batch: IngestBatch, reading feeds: [String]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { [hub] group in
            group.addTask { try await hub.ingest(batch) }
            for feed in feeds { group.addTask { try await hub.markRead(feed, .all) } }
            try await group.waitForAll()
        }
    }

    private mutating func open() throws {
        let feeds = Array(Self.feeds.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
        let cursor = cursors.isEmpty || random.isTrue(oneIn: 3) ? "" : cursors.any(&random)
        // What is read is no newcomer's.
        let query = random.isTrue(oneIn: 4) || (marksRead && cursor.isEmpty) ? "since=now" : ""
        let condition = random.isTrue(oneIn: 4) ? "p<=7" : nil
        streams.append(try StreamTap(feeds, query: query, condition: condition, cursor: cursor, port: hub.port))
    }

    private mutating func leave() throws {
        let stream = streams.remove(at: streams.indices.any(&random))
        try check(stream, isWhole: false)
        if stream.start != nil { cursors.append(stream.lastEventID) }
    }

    /// Lets everything go on, reads every stream to its end, and checks them.
    mutating func finish() async throws {
        (readerGate, hubGate) = (nil, nil)
        hub.releaseCommits()
        try await commit()
        try await commit()
        for stream in streams {
            let deadline = ContinuousClock.now + .seconds(20)
            while try stream.others["live"] == nil || stream.told != expected(stream), ContinuousClock.now < deadline {
                try stream.drain(waiting: 20)
            }
            // Nothing may come twice either.
            try stream.drain(waiting: 2)
            try check(stream, isWhole: true)
        }
    }

    private func check(_ stream: StreamTap, isWhole: Bool) throws {
        let expected = try expected(stream)
        #expect(stream.told == (isWhole ? expected : Array(expected.prefix(stream.told.count))))
        #expect(stream.others.values.allSatisfy { $0.count == 1 } && stream.others["resync"] == nil)
        if isWhole { #expect(Set(stream.others.keys) == ["welcome", "live"]) }
    }

    /// What follows a stream's cursor in its feeds, of what their kinds and its own condition let through; nothing until
    /// it was welcomed.
    private func expected(_ stream: StreamTap) throws -> [String] {
        guard let start = stream.start else { return [] }
        let names = stream.feeds.map { "'\($0)'" }.joined(separator: ",")
        let statement = try store.connect().prepare(
            """
            SELECT pos || CASE WHEN n.seq IS NULL THEN ' read' ELSE ' message' END
            FROM log JOIN feeds f ON f.id = log.feed LEFT JOIN notifications n ON n.seq = log.notification
            WHERE f.name IN (\(names)) AND pos > ? AND (
                n.seq IS NULL OR ((f.name NOT LIKE 'alert:%' OR n.body ->> '$.p' >= 5)
                \(stream.condition == nil ? "" : "AND n.body ->> '$.p' <= 7"))) ORDER BY pos
            """)
        statement.bind(1, start)
        var expected: [String] = []
        while try statement.step() { expected.append(statement.string(0)) }
        return expected
    }
}

extension StreamTap {
    /// What came, by position and name.
    fileprivate var told: [String] { zip(positions, notifications).map { "\($0) \($1.event)" } }
}
