import CLinux
import Glibc
import HTTPServer
import Logging
import Reactor
import Redis
import SQLite

/// The whole bridge as one blocking call: `flagpole serve`.
package enum BridgeServer {
    /// Serves until SIGTERM or SIGINT.
    ///
    /// Call on the main thread, before any other thread starts: the signals must be blocked in all of them. `options`
    /// are those by which other commands find the same configuration; they are printed.
    ///
    /// - Returns: the exit status: 0 after an orderly end, 1 where the start failed.
    package static func run(_ settings: Configuration, version: String, options: String) -> Int32 {
        let signals = SignalWatcher([SIGTERM, SIGINT, SIGCHLD])
        clinux_use_one_heap()
        let logger = Logger(level: settings.log.level, format: settings.log.format)
        do {
            let bridge = try RunningBridge(settings, logger)
            bridge.start(signals.waker)
            Banner.print(settings, version: version, options: options, port: bridge.port, redis: bridge.endpoint)
            bridge.serve(signals)
            return 0
        } catch {
            logger.error("\(error)")
            return 1
        }
    }
}

/// The parts of a bridge that runs, and their threads.
private final class RunningBridge {
    private let settings: Configuration
    private let logger: Logger
    private let telemetry: Telemetry
    private let directory: DataDirectory
    private let embedded: EmbeddedRedis?
    let endpoint: RedisEndpoint
    private let writer: StoreWriter
    private let reader: StoreReader
    private let poller: Poller
    private let publisher: Publisher
    private let tokens: TokenStore
    private let hubs: [Hub]
    /// Nil where none are configured.
    private let generators: Generators?
    private let presence: PresenceBoard?
    private var writerThread: NamedThread?
    /// All others.
    private var threads: [NamedThread] = []
    let port: Int

    init(_ settings: Configuration, _ logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        telemetry = Telemetry(logger)
        try settings.createFiles()
        directory = try DataDirectory(settings.dataDirectory)
        let identity = try RunningBridge.openDatabase(settings, directory, logger)
        // The port comes before Redis, so that a start that fails has not touched anything.
        let threads = settings.server.threads
        let listeners = try Listener.all(settings.server)
        let admin = try Listener.operators(settings.server)
        port = listeners[0].port
        embedded = settings.redis.isEmbedded ? try EmbeddedRedis(settings, logger) : nil
        endpoint = try settings.redisEndpoint
        try embedded?.start()
        telemetry.readiness.set(.redis, "not connected yet")

        writer = StoreWriter(
            settings, epoch: identity.epoch, mark: { [directory] in directory.mark($0) }, telemetry: telemetry)
        reader = StoreReader(
            path: settings.databasePath, epoch: identity.epoch,
            limits: StreamReading.Limits(
                backlog: settings.server.backlogLimit, pageBytes: min(65_536, settings.server.maxPendingBytes)),
            telemetry: telemetry)
        poller = Poller(settings, endpoint: endpoint, owner: directory.identity, writer: writer, telemetry: telemetry)
        publisher = Publisher(endpoint)
        tokens = TokenStore(endpoint, prefix: settings.redis.prefix, telemetry: telemetry)
        generators =
            settings.generators.isEmpty
            ? nil : Generators(settings, publisher: publisher, writer: writer, telemetry: telemetry)
        presence =
            settings.kinds.contains(where: \.tellsPresence)
            ? PresenceBoard(endpoint, prefix: settings.redis.prefix, telemetry: telemetry) : nil
        let gatekeeper = try Gatekeeper(settings.auth)
        let streams = RunningBridge.streamLimit(settings, logger)
        hubs = listeners.enumerated().map {
            [poller, reader, writer, publisher, tokens, presence, telemetry] index, listener in
            Hub(
                settings, maximumStreams: (streams + threads - 1) / threads, listener: listener,
                adminListener: index == 0 ? admin : nil,
                epoch: identity.epoch, logEnd: identity.last,
                poller: poller, reader: reader, writer: writer, publisher: publisher, tokens: tokens,
                gatekeeper: gatekeeper, presence: presence,
                telemetry: telemetry)
        }
    }

    /// Starts the threads.
    func start(_ waker: SignalWatcher.Waker) {
        writer.post(on: writer.executor) { [hubs, poller] writer in
            writer.handOver { commit in
                for hub in hubs { hub.post(on: hub.loop) { $0.deliver(commit) } }
            } gap: { end in
                for hub in hubs { hub.post(on: hub.loop) { $0.readAll(upTo: end) } }
            }
            writer.ask { feeds in
                poller.post(on: poller.executor) { $0.visit(feeds) }
            } inspect: { feeds in
                poller.post(on: poller.executor) { $0.inspect(feeds) }
            }
        }
        poller.post(on: poller.executor) { [hubs] poller in
            let receivers: [EphemeralReceiver] = hubs.map { hub in
                { batch, done in
                    hub.post(on: hub.loop) {
                        $0.deliver(batch)
                        done()
                    }
                }
            }
            poller.handOver(to: receivers)
        }
        writerThread = NamedThread("flagpole-writer") { [writer] in
            writer.executor.run { now in writer.assumeIsolated { $0.turn(now) } }
        }
        threads = [
            NamedThread("flagpole-reader") { [reader] in
                reader.executor.run { now in reader.assumeIsolated { $0.turn(now) } }
            },
            NamedThread("flagpole-pub") { [publisher] in publisher.executor.run() },
            NamedThread("flagpole-token") { [tokens] in tokens.executor.run() },
            NamedThread("flagpole-poller") { [poller] in
                poller.executor.run { now in poller.assumeIsolated { $0.turn(now) } }
            },
        ]
        if let generators {
            threads.append(NamedThread("flagpole-gen") { generators.run() })
            let observer = WatchObserver(feeds: Set(settings.generators.map(\.feed))) { feed, isWatched in
                generators.post(on: generators.loop) { $0.watch(feed, isWatched) }
            }
            poller.post(on: poller.executor) { $0.observe(observer) }
        }
        if let presence {
            threads.append(
                NamedThread("flagpole-here") {
                    presence.executor.run { now in presence.assumeIsolated { $0.turn(now) } }
                })
            presence.post(on: presence.executor) { [hubs] board in
                board.tell { messages in
                    for hub in hubs { hub.post(on: hub.loop) { $0.tell(messages) } }
                }
            }
        }
        for hub in hubs {
            threads.append(NamedThread("flagpole-loop") { hub.run() })
            hub.post(on: hub.loop) { [hubs] hub in
                hub.join(hubs)
                hub.listen()
            }
        }
    }

    /// Waits for the signal to end, looking after the embedded Redis meanwhile; then ends everything in order.
    func serve(_ signals: borrowing SignalWatcher) {
        while true {
            switch signals.wait(until: embedded?.restart ?? .distantFuture) {
            case .signal(SIGCHLD): embedded?.reap()
            case .signal:
                stop(signals)
                return
            case .woken, .timedOut: embedded?.restartIfDue(.now)
            }
        }
    }

    // MARK: - Stopping

    private func stop(_ signals: borrowing SignalWatcher) {
        logger.info("shutting down", [("streams", .int(Int(telemetry.streams.value)))])
        telemetry.readiness.set(.draining, "shutting down")
        let drain = Int64(settings.server.drainMilliseconds)
        let deadline = MonotonicTime.now + Milliseconds(drain)
        // Of what the writer was handed each would wait for a locked database by itself. What is not stored is read again.
        writer.patience.end(at: .now + .milliseconds(drain))
        // A Redis that hangs, or a database that is locked, keeps the tick from finishing, and not the streams from hearing.
        let lastGoodbye = MonotonicTime.now + Milliseconds(drain - drain / 4)
        generators?.loop.stop()
        finishTick(signals.waker)
        var left = hubs.count
        var isAtEnd = false
        waiting: while left > 0 {
            switch signals.wait(until: isAtEnd ? deadline : lastGoodbye) {
            case .woken: left = hubs.count { !$0.hasDrained.load(ordering: .acquiring) }
            case .timedOut where !isAtEnd:
                isAtEnd = true
                RunningBridge.drain(hubs, signals.waker)
            case .timedOut: break waiting
            case .signal(SIGCHLD): break
            case .signal:
                // A second signal: at once. The kernel drops what is held, and the embedded Redis gets its SIGTERM.
                _exit(1)
            }
        }
        // From here on a second signal ends the process by itself.
        signals.restoreDefaults()
        for hub in hubs { hub.loop.stop() }
        reader.post(on: reader.executor) { $0.close() }
        publisher.post(on: publisher.executor) { $0.close() }
        tokens.post(on: tokens.executor) { $0.close() }
        if let presence {
            presence.post(on: presence.executor) { $0.close() }
            presence.executor.stop()
        }
        for executor in [poller.executor, publisher.executor, tokens.executor, reader.executor] { executor.stop() }
        for thread in threads { thread.join() }
        // After all others: of connections that close at the same instant, none is the last, and the write-ahead log stays.
        writer.post(on: writer.executor) { $0.close() }
        writer.executor.stop()
        writerThread?.join()
        if let path = settings.server.socketPath { unlink(path) }
        embedded?.stop(until: deadline)
        logger.info("stopped")
    }

    /// Lets the tick under way finish and its commits reach the streams; then the streams say goodbye.
    private func finishTick(_ waker: SignalWatcher.Waker) {
        poller.post(on: poller.executor) { [writer, hubs] poller in
            poller.stop()
            writer.post(on: writer.executor) { _ in RunningBridge.drain(hubs, waker) }
        }
    }

    private static func drain(_ hubs: [Hub], _ waker: SignalWatcher.Waker) {
        for hub in hubs {
            hub.post(on: hub.loop) { hub in hub.drain { waker.wake() } }
        }
    }

    // MARK: - Starting

    private static func openDatabase(
        _ settings: Configuration, _ directory: DataDirectory, _ logger: Logger
    ) throws -> DatabaseIdentity {
        let path = settings.databasePath
        do {
            let connection = try SQLiteConnection(path: path, access: .readWrite, busyTimeoutMilliseconds: 5000)
            try connection.execute("PRAGMA journal_mode = WAL")
            let identity = try DatabaseIdentity.take(
                connection, lineage: directory.lineage, marked: directory.marked,
                renewLineage: directory.takeIntoUse)
            if identity.isNewEpoch && identity.last > 0 {
                logger.warning(
                    "the database is not the one that was last used here; streams that come back get a fresh snapshot",
                    [("database", .string(path))])
            }
            return identity
        } catch {
            throw StartError("database.path \(path) cannot be used: \(DatabaseFailure(error))")
        }
    }

    /// How many streams there may be: as configured, as far as descriptors allow.
    private static func streamLimit(_ settings: Configuration, _ logger: Logger) -> Int {
        // Beside streams there are listeners, files, and connections that only ask something.
        let possible = max(1, OpenFileLimit.raise() - 128)
        let wanted = settings.server.maxStreams
        guard wanted == 0 || wanted > possible else { return wanted }
        guard wanted > 0 else { return possible }
        let isDefault = wanted == Configuration.Server().maxStreams
        logger.log(
            isDefault ? .info : .warning,
            "server.max_streams is limited by the number of open files that is allowed (ulimit -n)",
            [("max_streams", .int(wanted)), ("used", .int(possible))])
        return possible
    }
}
