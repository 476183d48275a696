import Dispatch
import Feeds
import HTTPServer
import Reactor
import Redis
import Synchronization

@testable import Bridge

/// A hub on its event loop, with the store's writer and reader, whose threads a test can hold up.
final class RunningHub: Sendable {
    let hub: Hub
    let reader: StoreReader
    let port: Int
    private let writer: StoreWriter
    private let threads: [NamedThread]
    let poller: Poller
    private let commits = HeldCommits()

    /// Calls `body` with a hub whose streams fall behind soon and read in small pages; ends its threads.
    static func run(
        _ store: TestStore, kinds: [Kind] = [], _ body: (RunningHub) async throws -> Void
    ) async throws {
        try await RunningWriter.run(store) { running in
            let hub = try RunningHub(store, kinds, running)
            do { try await body(hub) } catch {
                await hub.stop()
                throw error
            }
            await hub.stop()
        }
    }

    private init(_ store: TestStore, _ kinds: [Kind], _ running: RunningWriter) throws {
        var settings = Configuration()
        settings.kinds += kinds
        settings.server.pingMilliseconds = 3_600_000
        settings.server.maxPendingBytes = 4096
        settings.server.backlogLimit = 1_000_000
        settings.kinds += store.kinds
        let epoch = store.identity.epoch
        let listener = try Listener(host: "127.0.0.1", port: 0)
        port = listener.port
        writer = running.writer
        reader = StoreReader(
            path: store.path, epoch: epoch,
            limits: StreamReading.Limits(backlog: settings.server.backlogLimit, pageBytes: 2048, pageEntries: 5),
            telemetry: running.telemetry)
        let redis = RedisEndpoint(.unix(path: "/nonexistent"))
        // It notes which feeds are watched, and asks Redis for nothing.
        poller = Poller(settings, endpoint: redis, owner: "test", writer: writer, telemetry: running.telemetry)
        let hub = Hub(
            settings, maximumStreams: 0, listener: listener, epoch: epoch, logEnd: store.identity.last, poller: poller,
            reader: reader, writer: writer,
            publisher: Publisher(redis), tokens: TokenStore(redis, prefix: "", telemetry: running.telemetry),
            gatekeeper: try Gatekeeper(settings.auth), telemetry: running.telemetry)
        self.hub = hub
        writer.post(on: writer.executor) { [commits] writer in
            writer.handOver { commit in
                commits.handOver(commit, to: hub)
            } gap: { _ in
            }
        }
        threads = [
            NamedThread("test reader") { [reader] in reader.executor.run() },
            NamedThread("test poller") { [poller] in
                poller.executor.run { _ in
                    poller.assumeIsolated { $0.answerWaits(.distantFuture) }
                    return .distantFuture
                }
            },
            NamedThread("test loop") { hub.run() },
        ]
        hub.post(on: hub.loop) { $0.listen() }
    }

    private func stop() async {
        // What the loop still hands over has to find the other threads.
        hub.loop.stop()
        threads[2].join()
        await reader.close()
        for executor in [reader.executor, poller.executor] { executor.stop() }
        for thread in threads.dropLast() { thread.join() }
    }

    func ingest(_ batch: IngestBatch) async throws { _ = try await writer.ingest(batch) }

    /// Stores notifications with these ids in one transaction.
    func commit(_ feed: String, _ ids: [String], in store: TestStore) async throws {
        try await ingest(try store.batch(feed, ids.map { #"{"id":"\#($0)"}"# }))
    }

    func markRead(_ feed: String, _ selection: ReadSelection) async throws {
        _ = try await writer.markRead(try FeedName(of: feed), selection)
    }

    func remove(_ id: String, from feed: String) async throws {
        _ = try await writer.remove(id, from: try FeedName(of: feed))
    }

    /// Has the hub pass on entries of a kind that is ephemeral.
    func pass(_ feed: String, _ bodies: [String]) async throws {
        let name = try FeedName(of: feed)
        var batch = EphemeralBatch()
        for body in bodies {
            let start = batch.bytes.count
            batch.bytes += Array(body.utf8)
            batch.entries.append(EphemeralEntry(feed: name, id: nil, event: nil, body: start..<batch.bytes.count))
        }
        await hub.deliver(batch)
    }

    func broadcast(_ event: String, _ value: String) async throws {
        try await writer.broadcast([(event, Array(value.utf8))])
    }

    /// Has the hub send an event that is stored nowhere.
    func sendEphemeral(_ feed: String, event: String?, id: String? = nil, _ body: String) async throws {
        let (hub, feed) = (hub, try FeedName(of: feed))
        await hub.sendEphemeral(to: feed, event: event, id: id, body)
    }

    /// From here on the hub is not told of what is committed, as if the writer's thread got no turn.
    func holdCommits() { commits.hold() }

    /// Tells the hub of what it was not told of, in order.
    func releaseCommits() { commits.release(to: hub) }
}

extension Hub {
    fileprivate func sendEphemeral(to feed: FeedName, event: String?, id: String?, _ body: String) {
        Array(body.utf8).withUnsafeBufferPointer { deliverEphemeral(to: feed, event: event, id: id, body: $0) }
    }
}

/// What was committed and not yet handed over.
private final class HeldCommits: Sendable {
    private let state = Mutex<[Commit]?>(nil)

    func hold() { state.withLock { $0 = $0 ?? [] } }

    func handOver(_ commit: Commit, to hub: Hub) {
        state.withLock { held in
            if held == nil { hub.post(on: hub.loop) { $0.deliver(commit) } } else { held?.append(commit) }
        }
    }

    func release(to hub: Hub) {
        state.withLock { held in
            for commit in held ?? [] { hub.post(on: hub.loop) { $0.deliver(commit) } }
            held = nil
        }
    }
}

/// Holds an actor's thread up until it is opened.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// The thread stops here once it has done what it was given before.
    init<A: Actor>(holding actor: A, on executor: some ThreadExecutor) {
        actor.post(on: executor) { [semaphore] _ in semaphore.wait() }
    }

    deinit { semaphore.signal() }
}
