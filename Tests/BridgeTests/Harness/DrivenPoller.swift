import Feeds
import Reactor
import Redis

@testable import Bridge

/// A poller with a store, whose clock a test moves: nothing happens between two calls.
struct DrivenPoller {
    let poller: Poller
    let running: RunningWriter
    /// Ahead of the real time, by which the poller takes feeds in, and which passes while a busy machine runs other tests.
    private var now = MonotonicTime.now + 3_600_000

    /// Calls `body` with a poller of a Redis and a database, and ends its threads.
    static func run(
        _ settings: Configuration, _ redis: RedisServer, _ store: TestStore,
        _ body: (inout DrivenPoller) async throws -> Void
    ) async throws {
        try await RunningWriter.run(store) { running in
            let poller = Poller(
                settings, endpoint: redis.endpoint, owner: "test", writer: running.writer, telemetry: running.telemetry)
            let thread = NamedThread("test poller") { poller.executor.run() }
            defer {
                poller.executor.stop()
                thread.join()
            }
            var driven = DrivenPoller(poller: poller, running: running)
            try await body(&driven)
            await poller.stop()
        }
    }

    private init(poller: Poller, running: RunningWriter) {
        self.poller = poller
        self.running = running
    }

    /// Lets time pass, so many times so much, and each time lets the poller and the store do all that is then due.
    mutating func pass(_ times: Int, each interval: Milliseconds) async throws {
        for _ in 0..<times {
            now = now + interval
            try await settle()
        }
    }

    /// Lets the poller turn a few times, whatever becomes of it.
    mutating func turn(_ times: Int) async throws {
        for _ in 0..<times {
            _ = await poller.turn(now)
            // Both answer after all that was handed to them before.
            _ = try await running.writer.positions(of: [])
            now = now + 20
        }
    }

    private mutating func settle() async throws {
        for _ in 0..<100 {
            try await turn(1)
            if await poller.isQuiet { return }
        }
        throw TestError("the poller does not come to rest")
    }
}

extension Poller {
    /// Whether nothing is to be read now, or under way to the store.
    fileprivate var isQuiet: Bool {
        batchesUnderWay == 0 && handOversUnderWay == 0 && raised.isEmpty && toRead.isEmpty && toCompare.isEmpty
            && alignments.isEmpty && unanswered.isEmpty
            && feeds.slots.allSatisfy { $0.phase == .free || ($0.phase == .idle && !$0.needsReading) }
    }
}
