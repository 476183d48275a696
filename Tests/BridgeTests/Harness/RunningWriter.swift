import Feeds
import Reactor
import Synchronization

@testable import Bridge

/// A store's writer on its thread, and what it handed over.
final class RunningWriter: Sendable {
    let writer: StoreWriter
    let telemetry = Telemetry.silent
    private let thread: NamedThread
    private let commits = Mutex<[Commit]>([])
    private let clockOffset = ClockOffset()

    init(_ store: TestStore) {
        var settings = Configuration()
        settings.databasePath = store.path
        settings.kinds += store.kinds
        let writer = StoreWriter(
            settings, epoch: store.identity.epoch, mark: { _ in }, telemetry: telemetry,
            wallClock: { [clockOffset] in WallClock.unixMilliseconds + clockOffset.milliseconds.load(ordering: .relaxed)
            })
        self.writer = writer
        thread = NamedThread("test writer") { writer.executor.run() }
        writer.post(on: writer.executor) { [self] writer in
            writer.handOver { commit in
                self.commits.withLock { $0.append(commit) }
            } gap: { _ in
            }
        }
    }

    /// Calls `body` with the writer, and ends its thread.
    static func run(_ store: TestStore, _ body: (RunningWriter) async throws -> Void) async throws {
        let running = RunningWriter(store)
        defer {
            running.writer.executor.stop()
            running.thread.join()
        }
        try await body(running)
        await running.writer.close()
    }

    /// Sets the writer's wall clock, by so much ahead of the real one.
    func setClock(aheadBy milliseconds: Int64) { clockOffset.milliseconds.store(milliseconds, ordering: .relaxed) }

    private final class ClockOffset: Sendable {
        let milliseconds = Atomic<Int64>(0)
    }

    func ingest(_ batch: IngestBatch) async throws -> IngestOutcome { try await writer.ingest(batch) }

    /// What was handed over, one commit after the other.
    var notifications: [CommittedNotification] { commits.withLock { $0.flatMap(\.notifications) } }
    var changes: [CommittedChange] { commits.withLock { $0.flatMap(\.changes) } }
    var broadcasts: [CommittedBroadcast] { commits.withLock { $0.flatMap(\.broadcasts) } }
    var commitCount: Int { commits.withLock { $0.count } }

    /// The body of a notification of the newest commit.
    func body(_ index: Int) -> String {
        commits.withLock { commits in
            guard let commit = commits.last else { return "" }
            return String(decoding: commit.bytes[commit.notifications[index].body], as: UTF8.self)
        }
    }
}
