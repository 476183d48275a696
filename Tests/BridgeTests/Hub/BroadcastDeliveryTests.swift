import Feeds
import Reactor
import Testing

@testable import Bridge

/// Broadcast events on their way to streams.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BroadcastDeliveryTests {
    /// Commits notifications and events in turn, each too long for many to wait for a stream.
    private func commit(_ count: Int, _ hub: RunningHub, _ store: TestStore) async throws {
        let text = String(repeating: "x", count: 700)
        for index in 0..<count {
            try await hub.ingest(store.batch("user:1", [#"{"id":"\#(index)","t":"\#(text)"}"#]))
            try await hub.broadcast("deploy", text)
        }
    }

    private func positions(_ stream: StreamTap) -> [LogPosition] {
        stream.received.filter { !["welcome", "live"].contains($0.event) }.compactMap { Cursor($0.id)?.position }
    }

    @Test func `a stream that fell behind gets notifications and events in their order, each once`() async throws {
        let store = try TestStore()
        try await RunningHub.run(store) { hub in
            let stream = try StreamTap(["user:1"], query: "events=1", port: hub.port)
            try stream.untilLive()
            let other = try StreamTap(["user:1"], port: hub.port)
            try other.untilLive()
            try await commit(60, hub, store)
            try stream.read { positions(stream).count == 120 }
            #expect(positions(stream) == Array(1...120))
            try other.read { other.positions.count == 60 }
            #expect(positions(other) == other.positions)

            // So does one that comes back, from wherever it was.
            let cursor = stream.received[40].id
            let returned = try StreamTap(["user:1"], query: "events=1", cursor: cursor, port: hub.port)
            let first = (Cursor(cursor)?.position ?? 0) + 1
            try returned.read { positions(returned).last == 120 }
            #expect(positions(returned) == Array(first...120))
        }
    }

    @Test func `flags are looked at only once it is known where the stream begins`() async throws {
        let store = try TestStore()
        try await RunningHub.run(store) { running in
            let hub = running.hub
            var gate: Gate? = Gate(holding: running.reader, on: running.reader.executor)
            var stream: StreamTap? = try StreamTap(["user:1"], query: "events=1", port: running.port)
            try await until { await hub.unwelcomed == 1 }
            let isEarly = await hub.watchesEvents
            #expect(gate != nil && !isEarly)
            gate = nil
            try stream?.untilLive()
            let isWatching = await hub.watchesEvents
            #expect(isWatching)
            stream = nil
            try await until { await !hub.watchesEvents }
        }
    }

    private func until(_ condition: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(15)
        while await !condition() {
            guard ContinuousClock.now < deadline else { throw TestError("it does not come about") }
            await Task.yield()
        }
    }
}
