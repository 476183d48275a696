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
        try await RunningHub.run(store) { hub in
            var scenario = HandOverScenario(hub, store, seed: seed)
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
    private var random: SeededGenerator
    private var streams: [StreamTap] = []
    /// Where streams left, to come back from.
    private var cursors: [String] = []
    private var readerGate: Gate?
    private var hubGate: Gate?
    private var count = 0

    init(_ hub: RunningHub, _ store: TestStore, seed: UInt64) {
        self.hub = hub
        self.store = store
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
        try await hub.ingest(batch)
    }

    private mutating func open() throws {
        let feeds = Array(Self.feeds.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
        let cursor = cursors.isEmpty || random.isTrue(oneIn: 3) ? "" : cursors.any(&random)
        let query = random.isTrue(oneIn: 4) ? "since=now" : ""
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
            while try stream.start == nil || stream.positions != expected(stream), ContinuousClock.now < deadline {
                try stream.drain(waiting: 20)
            }
            // Nothing may come twice either.
            try stream.drain(waiting: 2)
            try check(stream, isWhole: true)
        }
    }

    private func check(_ stream: StreamTap, isWhole: Bool) throws {
        let expected = try expected(stream)
        #expect(stream.positions == (isWhole ? expected : Array(expected.prefix(stream.positions.count))))
        #expect(stream.others.values.allSatisfy { $0.count == 1 } && stream.others["resync"] == nil)
        if isWhole { #expect(Set(stream.others.keys) == ["welcome", "live"]) }
    }

    /// The positions that follow a stream's cursor in its feeds, of what their kinds and its own condition let through;
    /// none until it was welcomed.
    private func expected(_ stream: StreamTap) throws -> [LogPosition] {
        guard let start = stream.start else { return [] }
        let names = stream.feeds.map { "'\($0)'" }.joined(separator: ",")
        let statement = try store.connect().prepare(
            """
            SELECT pos FROM log JOIN notifications n ON n.seq = log.notification
            WHERE n.feed IN (\(names)) AND pos > ? AND (n.feed NOT LIKE 'alert:%' OR n.body ->> '$.p' >= 5)
                \(stream.condition == nil ? "" : "AND n.body ->> '$.p' <= 7") ORDER BY pos
            """)
        statement.bind(1, start)
        var positions: [LogPosition] = []
        while try statement.step() { positions.append(statement.int64(0)) }
        return positions
    }
}
