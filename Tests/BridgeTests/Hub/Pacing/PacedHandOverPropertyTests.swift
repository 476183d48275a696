import Feeds
import Reactor
import TestSupport
import Testing

@testable import Bridge

/// Streams that hold something back come, stall, leave and come back while things are committed.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PacedHandOverPropertyTests {
    @Test(arguments: UInt64(1)...4)
    func `whoever comes back with a cursor gets the rest, whatever was held back when it left`(
        seed: UInt64
    ) async throws {
        let store = try TestStore()
        let batching = Kind.test("log") { $0.batch = Kind.Batch(maxCount: 8, maxDelayMilliseconds: 300) }
        try await RunningHub.run(store, kinds: [batching]) { hub in
            var scenario = try PacedScenario(hub, store, seed: seed)
            for _ in 0..<200 { try await scenario.step() }
            try await scenario.finish()
        }
    }
}

/// One reader, over all the connections that it had, each of which began with the cursor of the last.
private final class Reader {
    let feeds: [String]
    private let query: String
    private let port: Int
    private(set) var stream: StreamTap
    private var cursor = ""
    /// What earlier connections got.
    private var earlier: [[(feed: String, number: Int)]] = []

    init(_ feeds: [String], _ query: String = "", port: Int) throws {
        (self.feeds, self.query, self.port) = (feeds, query, port)
        stream = try StreamTap(feeds, query: query, port: port)
    }

    func comeBack() throws {
        earlier.append(current)
        if !stream.lastEventID.isEmpty { cursor = stream.lastEventID }
        stream = try StreamTap(feeds, query: query, cursor: cursor, port: port)
    }

    /// What each connection got of a feed.
    func numbers(of feed: String) -> [[Int]] {
        (earlier + [current]).map { $0.filter { $0.feed == feed }.map(\.number) }
    }

    private var current: [(feed: String, number: Int)] {
        stream.notifications.flatMap(\.ids).compactMap { id in
            let parts = id.split(separator: "-")
            return parts.count == 2 ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
        }
    }
}

private struct PacedScenario {
    private let hub: RunningHub
    private let store: TestStore
    private let readers: [Reader]
    private var random: SeededGenerator
    private var readerGate: Gate?
    private var counts = ["log:1": 0, "user:1": 0]

    init(_ hub: RunningHub, _ store: TestStore, seed: UInt64) throws {
        self.hub = hub
        self.store = store
        random = SeededGenerator(seed: seed)
        readers = [
            try Reader(["log:1"], port: hub.port), try Reader(["log:1", "user:1"], port: hub.port),
            try Reader(["user:1"], "min_interval_ms=200", port: hub.port),
            try Reader(["user:1", "log:1"], "min_interval_ms=70", port: hub.port),
        ]
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<12, using: &random) {
        case 0...4: try await commit()
        case 5, 6: try comeBack()
        case 7: try readers.any(&random).stream.drain(upTo: 3000, waiting: 1)
        case 8: readerGate = readerGate == nil ? Gate(holding: hub.reader, on: hub.reader.executor) : nil
        case 9: hub.holdCommits()
        case 10: hub.releaseCommits()
        default: for reader in readers where random.isTrue(oneIn: 2) { while try reader.stream.drain(waiting: 1) {} }
        }
    }

    /// Most have read what there is when they leave, and so bring a cursor that is as far as it can be.
    private mutating func comeBack() throws {
        let reader = readers.any(&random)
        if !random.isTrue(oneIn: 4) { while try reader.stream.drain(waiting: 2) {} }
        try reader.comeBack()
    }

    private mutating func commit() async throws {
        var batch = IngestBatch()
        for feed in counts.keys.sorted() where random.isTrue(oneIn: 2) {
            let entries = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                counts[feed, default: 0] += 1
                let text = String(repeating: "x", count: Int.random(in: 0...1500, using: &random))
                return Array(#"{"id":"\#(feed)-\#(counts[feed] ?? 0)","t":"\#(text)"}"#.utf8)
            }
            try store.append(feed, entries, to: &batch)
        }
        try await hub.ingest(batch)
    }

    mutating func finish() async throws {
        readerGate = nil
        hub.releaseCommits()
        for _ in 0..<4 { try await commit() }
        for reader in readers {
            let deadline = ContinuousClock.now + .seconds(20)
            while !reader.feeds.allSatisfy({ reader.numbers(of: $0).joined().max() ?? 0 == counts[$0] }),
                ContinuousClock.now < deadline
            {
                try reader.stream.drain(waiting: 20)
            }
            try reader.stream.drain(waiting: 30)
        }
        for (index, reader) in readers.enumerated() {
            for feed in reader.feeds {
                let parts = reader.numbers(of: feed)
                #expect(parts.joined().max() ?? 0 == counts[feed], "reader \(index) has all of \(feed)")
                for part in parts {
                    #expect(part == Set(part).sorted(), "reader \(index), \(feed), within a connection")
                }
            }
        }
        // Of one feed alone, and of the one whose batches set the cursor, nothing comes twice after a return either.
        let all = Array(1...max(1, counts["log:1"] ?? 0))
        #expect(Array(readers[0].numbers(of: "log:1").joined()) == all)
        #expect(Array(readers[1].numbers(of: "log:1").joined()) == all)
        #expect(Set(readers[1].numbers(of: "user:1").joined()) == Set(1...max(1, counts["user:1"] ?? 0)))
        let some = Array(readers[2].numbers(of: "user:1").joined())
        #expect(some == Set(some).sorted())
        #expect(readers.allSatisfy { $0.stream.others["resync"] == nil })
    }
}
