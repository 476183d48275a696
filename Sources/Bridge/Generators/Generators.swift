import Feeds
import Logging
import Reactor
import Redis

/// The thread that runs generators while their feeds are watched, and pushes what they print.
///
/// A generator never runs twice at a time. What it prints is pushed as any writer would push it, so everything that
/// holds for entries holds for it. A failure is that run's failure.
actor Generators {
    private struct State {
        let generator: Generator
        let command: PublishCommand
        /// Whether who comes later finds nothing of what was pushed before.
        let isEphemeral: Bool
        var isWatched = false
        /// How often that has changed.
        var watchChanges = 0
        /// When it is due.
        var next = MonotonicTime(nanoseconds: 0)
        var child: ChildCommand?
        var isPushing = false
        /// What was pushed last.
        var last: [UInt8]?

        /// When something is to be done; what is being pushed is waited for.
        var deadline: MonotonicTime {
            child?.deadline ?? (isWatched && !isPushing ? next : .distantFuture)
        }
    }

    /// A list that nobody limits keeps so many entries; with fewer the poller could miss some.
    static let keptEntries = 100

    nonisolated let loop = EventLoop()
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let maximumBytes: Int
    private let environment: [String]
    private let publisher: Publisher
    private let writer: StoreWriter
    private let telemetry: Telemetry
    private var states: [State] = []
    /// Whose descriptors these are.
    private var owners: [Int32: Int] = [:]
    private var limiter = LogLimiter(interval: .seconds(60))

    init(_ settings: Configuration, publisher: Publisher, writer: StoreWriter, telemetry: Telemetry) {
        maximumBytes = settings.poll.maxNotificationBytes
        // What is ours is nobody else's: keys, secrets, the password in an address of Redis.
        environment = ((try? ProcessEnvironment.read()) ?? [:]).filter { !$0.key.hasPrefix("FLAGPOLE_") }
            .map { "\($0)=\($1)" }
        self.publisher = publisher
        self.writer = writer
        self.telemetry = telemetry
        for generator in settings.generators {
            guard let kind = settings.kind(of: generator.feed) else { continue }
            let command = PublishCommand(
                to: generator.feed, of: kind, prefix: settings.redis.prefix,
                trimsTo: max(kind.keep ?? 0, Self.keptEntries))
            states.append(State(generator: generator, command: command, isEphemeral: kind.isEphemeral))
        }
    }

    /// Runs what is due until the loop is stopped; the calling thread becomes the loop's.
    nonisolated func run() {
        loop.run(
            turn: { ready in assumeIsolated { $0.turn(ready) } },
            beforeWaiting: { assumeIsolated { $0.startDue(.now) } })
        assumeIsolated { $0.endAll() }
    }

    /// Notes that a feed has become watched, or no longer is.
    func watch(_ feed: FeedName, _ isWatched: Bool) {
        for index in states.indices where states[index].generator.feed == feed {
            states[index].isWatched = isWatched
            states[index].watchChanges += 1
            if states[index].isEphemeral { states[index].last = nil }
        }
    }

    // MARK: - Runs

    private func turn(_ ready: [ReadyDescriptor]) {
        for event in ready {
            let descriptor = event.registration.descriptor
            guard let index = owners[descriptor], let child = states[index].child else { continue }
            if descriptor == child.processDescriptor {
                finish(index)
            } else if states[index].child?.read() == false {
                end(index, child.tooMuch)
            } else if !event.events.isDisjoint(with: .hungUp) {
                // Its end of the pipe is closed, which would be reported again and again.
                loop.remove(descriptor)
            }
        }
    }

    /// Starts what is due and ends what takes too long; says when something will be due next.
    private func startDue(_ now: MonotonicTime) -> MonotonicTime {
        for index in states.indices where states[index].deadline <= now {
            switch states[index].child?.isEnding {
            case false?: end(index, "it took longer than \(states[index].generator.timeoutMilliseconds) ms")
            case true?: noteSurvival(index)
            case nil: start(index, now)
            }
        }
        return states.map(\.deadline).min() ?? .distantFuture
    }

    private func start(_ index: Int, _ now: MonotonicTime) {
        let generator = states[index].generator
        states[index].next = now + Milliseconds(Int64(generator.everyMilliseconds))
        do {
            let child = try ChildCommand(
                generator.command, environment: environment, maximumBytes: maximumBytes,
                deadline: now + Milliseconds(Int64(generator.timeoutMilliseconds)))
            states[index].child = child
            for descriptor in child.descriptors {
                owners[descriptor] = index
                _ = loop.registerListener(Registration(descriptor: descriptor, generation: 0))
            }
        } catch {
            failed(index, "\(error)")
        }
    }

    /// Takes what a command has left that has ended.
    private func finish(_ index: Int) {
        guard var child = states[index].child else { return }
        states[index].child = nil
        for descriptor in child.descriptors { owners[descriptor] = nil }
        guard !child.isEnding else {
            child.reap()
            return
        }
        switch child.finish() {
        case .failed(let reason): failed(index, reason)
        case .exited(let output): push(output, index)
        }
    }

    /// Ends a command; it is not started again before it is gone.
    private func end(_ index: Int, _ reason: String) {
        for descriptor in states[index].child?.descriptors ?? [] { owners[descriptor] = nil }
        states[index].child?.kill(.now)
        if let child = states[index].child { owners[child.processDescriptor] = index }
        failed(index, reason)
    }

    /// Says that a command that was killed is still there.
    private func noteSurvival(_ index: Int) {
        states[index].child?.outlivesDeadline()
        telemetry.logger.warning(
            "a generator's command does not end though it was killed; it is not started again before it has",
            [("feed", .string(states[index].generator.feed.text))])
    }

    private func endAll() {
        let children = states.indices.compactMap { index in
            states[index].child?.kill(.now)
            return states[index].child
        }
        for child in children where child.waitForEnd() { child.reap() }
    }

    // MARK: - Output

    private func push(_ output: [UInt8], _ index: Int) {
        guard output != states[index].last, let entry = GeneratorOutput.entry(output) else {
            return telemetry.generatorRuns("unchanged").add()
        }
        var reader = OutgoingEntryReader(maximumBytes: maximumBytes)
        switch reader.read(entry, makeID: { NotificationID.make(unixMilliseconds: WallClock.unixMilliseconds) }) {
        case .bad(let reason): failed(index, reason.explanation)
        case .ready(let id, let bytes): push(bytes, id, printed: output, index)
        }
    }

    private func push(_ entry: [UInt8], _ id: String, printed: [UInt8], _ index: Int) {
        states[index].isPushing = true
        let watchChanges = states[index].watchChanges
        let (feed, command) = (states[index].generator.feed, states[index].command)
        Task { [publisher, writer] in
            do {
                if command.needsList {
                    try await publisher.publish([entry], command)
                } else {
                    try await writer.insert([entry], ids: [id], into: feed)
                }
                // What went to those who watched before is news to who has come to an ephemeral feed since.
                if !states[index].isEphemeral || states[index].watchChanges == watchChanges {
                    states[index].last = printed
                }
                telemetry.generatorRuns("pushed").add()
            } catch {
                failed(index, "what it printed could not be pushed: \(error)")
            }
            states[index].isPushing = false
        }
    }

    private func failed(_ index: Int, _ reason: String) {
        telemetry.generatorRuns("failed").add()
        let feed = states[index].generator.feed.text
        guard let suppressed = limiter.admit(feed, at: .now) else { return }
        telemetry.logger.warning(
            "a generator failed; it is tried again when it is due",
            [("feed", .string(feed)), ("reason", .string(reason)), ("suppressed", .int(suppressed))])
    }
}
