import Feeds
import Testing

@testable import Bridge

/// Streams of feeds that end, while threads are held up and readers stall.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct EndingTests {
    private let store: TestStore

    init() throws {
        store = try TestStore()
        let done = EntryCondition(member: "s", .oneOf([.string(Array("done".utf8))]))
        store.declare("job", EntryRules(ending: done))
    }

    /// Reads a stream to its end; what came, a notification's id or the event's name.
    private func readToEnd(_ stream: StreamTap) throws -> [String] {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            do { try stream.drain(waiting: 50) } catch { break }
        }
        return stream.notifications.map { event in
            event.event == "message" ? String(event.data.split(separator: "\"").dropFirst(3).first ?? "?") : event.event
        }
    }

    private func cursor(_ position: LogPosition) -> String {
        Cursor(epoch: store.identity.epoch, position: position).description
    }

    /// Entries so large that a stream that takes nothing is fed from the database.
    private func large(_ ids: ClosedRange<Int>) -> [String] {
        ids.map { "{\"id\":\"\($0)\",\"t\":\"\(String(repeating: "x", count: 3000))\"}" }
    }

    @Test func `a stream that stalled gets the last entry and the end from the database`() async throws {
        try await RunningHub.run(store) { hub in
            let stream = try StreamTap(["job:1"], port: hub.port)
            while stream.others["live"] == nil { try stream.drain(waiting: 50) }
            for first in stride(from: 1, through: 991, by: 10) {
                try await hub.ingest(try store.batch("job:1", large(first...(first + 9))))
            }
            try await hub.ingest(try store.batch("job:1", [#"{"id":"z","s":"done"}"#]))
            let came = try readToEnd(stream)
            #expect(came == (1...1000).map(String.init) + ["z", "end"])
        }
    }

    @Test func `whoever has had it all is let in if the database takes too long, and out again`() async throws {
        try await RunningHub.run(store) { hub in
            try await hub.ingest(try store.batch("job:1", [#"{"id":"z","s":"done"}"#]))
            var gate: Gate? = Gate(holding: hub.reader, on: hub.reader.executor)
            let stream = try StreamTap(["job:1"], cursor: cursor(1), port: hub.port)
            while stream.others["welcome"] == nil { try stream.drain(waiting: 50) }
            #expect(stream.notifications.isEmpty && gate != nil)
            gate = nil
            #expect(try readToEnd(stream) == ["end"])
        }
    }

    @Test func `an end that was committed and not yet handed over comes before the stream closes`() async throws {
        try await RunningHub.run(store) { hub in
            let live = try StreamTap(["job:1"], port: hub.port)
            while live.others["live"] == nil { try live.drain(waiting: 50) }
            hub.holdCommits()
            try await hub.ingest(try store.batch("job:1", [#"{"id":"z","s":"done"}"#]))
            // The newcomer reads of it in the database; whoever is there already has to wait for the hand-over.
            #expect(try readToEnd(try StreamTap(["job:1"], port: hub.port)) == ["z", "end"])
            #expect(live.notifications.isEmpty)
            hub.releaseCommits()
            #expect(try readToEnd(live) == ["z", "end"])
        }
    }

    @Test func `a stream waits for the last entry of each feed, though newcomers know of it`() async throws {
        try await RunningHub.run(store) { hub in
            let live = try StreamTap(["job:1", "job:2"], query: "envelope=0", port: hub.port)
            try live.untilLive()
            hub.holdCommits()
            try await hub.ingest(try store.batch("job:2", [#"{"id":"y","s":"done"}"#]))
            try await hub.ingest(try store.batch("job:1", [#"{"id":"z","s":"done"}"#]))
            #expect(try readToEnd(try StreamTap(["job:1"], port: hub.port)) == ["z", "end"])
            hub.releaseCommits()
            #expect(try readToEnd(live) == ["y", "end", "z", "end"])
        }
    }

    @Test func `a stream goes on when a feed of it lost its last entry`() async throws {
        try await RunningHub.run(store) { hub in
            let live = try StreamTap(["job:1", "job:2"], query: "envelope=0", port: hub.port)
            try live.untilLive()
            try await hub.ingest(try store.batch("job:1", [#"{"id":"a"}"#, #"{"id":"y","s":"done"}"#]))
            try await hub.remove("y", from: "job:1")
            try await hub.ingest(try store.batch("job:2", [#"{"id":"z","s":"done"}"#]))
            try await hub.ingest(try store.batch("job:1", [#"{"id":"b","s":"done"}"#]))
            #expect(try readToEnd(live) == ["a", "y", "end", "removed", "z", "end", "b", "end"])
        }
    }

    @Test func `what comes while the lists of ended feeds are looked at comes over a stream since=now`() async throws {
        try await RunningHub.run(store) { hub in
            try await hub.ingest(try store.batch("job:1", [#"{"id":"z","s":"done"}"#]))
            var gate: Gate? = Gate(holding: hub.poller, on: hub.poller.executor)
            let stream = try StreamTap(["job:1"], query: "since=now", port: hub.port)
            while await !hub.hub.looksAtLists { try stream.drain(waiting: 10) }
            try await hub.ingest(try store.batch("job:1", [#"{"id":"b"}"#]))
            #expect(gate != nil)
            gate = nil
            try stream.untilLive()
            #expect(stream.notifications.map { String($0.data) } == [#"{"id":"b"}"#])
        }
    }
}

extension Hub {
    /// Whether a stream waits for a look at the lists of its feeds.
    fileprivate var looksAtLists: Bool { streams.contains { $0.opening?.look == .underWay } }
}
