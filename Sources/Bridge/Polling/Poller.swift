import Feeds
import Logging
import Reactor
import Redis

/// The timer-driven loop: looks at the flags of watched feeds, lowers those that are up, reads what is new on their
/// lists, and hands it to the store.
///
/// One thread and one connection. Nothing a feed, Redis or the store does ends it: a failure is that tick's failure.
/// What was read of a feed is on its way to the store until `finish` says what became of it; the feed is not read
/// again before, so that the stored position is always the one that a reading started from.
actor Poller {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let kinds: [Kind]
    let settings: Configuration
    let telemetry: Telemetry
    let writer: StoreWriter
    let kindIndex: [String: Int]

    var feeds = WatchedFeeds()
    /// How many feeds at least one stream is open for.
    var watchedCount = 0
    var groups: [FlagGroup] = []
    /// Feeds that were asked for something and are to be looked at in this or the next turn.
    var toRead = SlotQueue()
    /// Feeds whose lists are to be compared with their positions, and read if they differ.
    var toCompare: [Int] = []
    /// Flags that were seen up, and what of them the store had no room for yet.
    var raised = RaisedFlags()
    /// Feeds whose positions the store could not tell.
    var unanswered: [Int] = []
    /// Values of flags that could not be lowered: handled until they change or vanish.
    var handledFlags: [Int: [UInt8]] = [:]
    /// Feeds of kinds with the source `value` whose strings were read and, to our knowledge, are still there.
    var heldValues: Set<Int> = []
    /// Those of the strings that are to be deleted once they are stored.
    var valuesToDelete: [Int: HeldValue] = [:]
    /// For which of these kinds the store is still to be asked what else may be there.
    var valueSearches: [ValueSearch] = []
    /// How many connections to Redis have begun.
    var connectionCount = 0
    /// Of feeds of kinds that are ephemeral, the hashes of the last entries that were read.
    var ephemeralTails: [Int: [EntryHash]] = [:]
    /// What was read of them in this round trip, and who gets it.
    var passing = EphemeralBatch()
    var receivers: [EphemeralReceiver] = []
    /// How many of them have not passed on yet what they were handed, counting each hand-over.
    var handOversUnderWay = 0
    var positionWaits: [PositionWait] = []
    var visitWaits: [VisitWait] = []
    /// What judges the entries of kinds that are ephemeral and have conditions.
    var ephemeralJudges: [Int: EntryJudge] = [:]
    /// Feeds whose flag was up before anything was on their list: their lists are compared at the active interval.
    var expectant: [Int: MonotonicTime] = [:]
    var active: Set<Int> = []
    var nextActiveCheck = MonotonicTime(nanoseconds: 0)
    var alignments: [Alignment] = []
    var batchesUnderWay = 0
    /// How many feeds the next round trip reads.
    var feedsInRound = Poller.feedsInFirstRound
    var reconciling = Reconciling()
    var sweeping = Sweeping()
    /// Lists to be read through for the store.
    var inspections: [Inspection] = []
    var events: EventFlags
    var lease: Lease
    /// Who is told when one of these feeds becomes watched, or no longer is.
    var watchObserver: WatchObserver?
    var reader: EntryReader
    private var link: RedisLink
    private var storeBackOff = BackOff(initial: .milliseconds(50), maximum: .seconds(5))
    private var storeRetry = MonotonicTime(nanoseconds: 0)
    private var limiter = LogLimiter(interval: .seconds(10))
    private var isStopping = false

    /// A list that is to be aligned, with the tail to align it with.
    struct Alignment {
        let slot: Int
        let tail: [EntryHash]
        var search: TailSearch

        init(_ slot: Int, _ feed: WatchedFeed, tail: [EntryHash]) {
            self.slot = slot
            self.tail = tail
            search = TailSearch(tail: tail, first: feed.position.first)
        }
    }

    /// No more batches than this wait for the store, or for an event loop; what is behind stays on its list.
    static let maximumBatchesUnderWay = 8

    init(_ settings: Configuration, endpoint: RedisEndpoint, owner: String, writer: StoreWriter, telemetry: Telemetry) {
        self.settings = settings
        self.telemetry = telemetry
        self.writer = writer
        kinds = settings.kinds
        kindIndex = Dictionary(uniqueKeysWithValues: settings.kinds.enumerated().map { ($1.name, $0) })
        reader = EntryReader(maximumBytes: settings.poll.maxNotificationBytes)
        for (index, kind) in settings.kinds.enumerated() where kind.isEphemeral && !kind.rules.conditions.isEmpty {
            ephemeralJudges[index] = EntryJudge(kind.rules)
        }
        link = RedisLink(endpoint)
        events = EventFlags(settings)
        lease = Lease(key: settings.redis.prefix + "flagpole:bridge", owner: owner)
    }

    // MARK: - The loop

    /// Does what is due, and returns when something will be due next.
    func turn(_ now: MonotonicTime) -> MonotonicTime {
        guard !isStopping else { return .distantFuture }
        telemetry.ticked(now)
        defer { answerWaits(now) }
        do throws(RedisError) {
            guard let connection = try connection(now) else { return min(link.retry, nextWaitEnd) }
            try renewLease(connection, now)
            askPositionsAgain(now)
            visitTakenValues(now)
            try checkFlags(connection, now)
            try checkEvents(connection, now)
            try reconcile(connection, now)
            try sweep(connection, now)
            try compareDue(connection)
            try deleteValues(connection)
            try readLists(connection, now)
            try continueInspection(connection, now)
            link.succeeded()
            telemetry.readiness.set(.redis, nil)
        } catch {
            redisFailed(error, now)
            return min(link.retry, nextWaitEnd)
        }
        return nextDeadline(now)
    }

    /// Answers those who wait for what is done by now, or have waited long enough.
    func answerWaits(_ now: MonotonicTime) {
        answerPositioned(now)
        answerVisited(now)
    }

    private var nextWaitEnd: MonotonicTime {
        (positionWaits.map(\.end) + visitWaits.map(\.end)).min() ?? .distantFuture
    }

    private func nextDeadline(_ now: MonotonicTime) -> MonotonicTime {
        var next = min(lease.nextRenewal, reconciling.next, sweeping.next, events.nextLowering, nextWaitEnd)
        if let inspection = inspections.first { next = min(next, inspection.next) }
        for group in groups where group.count > 0 { next = min(next, group.nextTick) }
        // What waits for the store or an event loop is woken by its answer; the rest is read at once.
        guard hasRoom else { return next }
        let hasToRead =
            !raised.isEmpty || !toRead.isEmpty || !alignments.isEmpty || !unanswered.isEmpty || !valueSearches.isEmpty
        return min(next, max(hasToRead ? now : events.nextLook, storeRetry))
    }

    private func connection(_ now: MonotonicTime) throws(RedisError) -> RedisConnection? {
        let wasConnected = link.isConnected
        guard let connection = try link.connect(now) else { return nil }
        if !wasConnected { readEverything() }
        return connection
    }

    /// After a failure nobody knows which flags were lowered, or what has gone meanwhile: every watched list is read,
    /// whatever its flag.
    private func readEverything() {
        handledFlags.removeAll()
        feedsInRound = Poller.feedsInFirstRound
        connectionCount += 1
        valueSearches = kinds.filter { $0.source == .value }.map {
            ValueSearch(kind: $0.name, connection: connectionCount)
        }
        for slot in feeds.slots.indices where feeds[slot].phase != .free {
            // Strings that were only left where they are may be many and long: they are compared some at a time.
            if feeds[slot].watchers <= 0 && heldValues.contains(slot) && valuesToDelete[slot] == nil {
                feeds[slot].needsReading = false
                continue
            }
            feeds[slot].needsReading = true
            // What was pushed meanwhile is old.
            if isEphemeral(slot) { feeds[slot].passesOver = true }
            if feeds[slot].phase == .idle { toRead.append(slot) }
        }
    }

    private func redisFailed(_ error: RedisError, _ now: MonotonicTime) {
        link.failed(now)
        telemetry.redisErrors(error.kind).add()
        telemetry.readiness.set(.redis, "\(error)")
        if let suppressed = limiter.admit("redis", at: .now) {
            telemetry.logger.warning("\(error); trying again", [("suppressed", .int(suppressed))])
        }
        for alignment in alignments { feeds[alignment.slot].phase = .idle }
        alignments.removeAll()
        events.forget()
        for slot in feeds.slots.indices where feeds[slot].phase == .idle { feeds[slot].needsReading = true }
        // All of it is noted anew with the next connection.
        raised.removeAll()
        toRead.removeAll()
        toCompare.removeAll()
        if link.isAway { releaseUnwatched() }
    }

    /// Forgets feeds that nobody watches while Redis is away, as their lists cannot be read now: that is left to the
    /// next sweep, or to whoever watches them next.
    private func releaseUnwatched() {
        let awaited = Set(visitWaits.flatMap(\.feeds))
        for slot in feeds.slots.indices
        where feeds[slot].phase == .idle && feeds[slot].watchers <= 0 && !awaited.contains(feeds[slot].name) {
            feeds[slot].needsReading = false
            release(slot)
        }
    }

    func stop() {
        isStopping = true
        if let connection = link.current {
            try? lowerEvents(connection, .now)
            releaseLease(connection)
        }
        link.close()
    }

    // MARK: - Asking and answering the store

    /// Whether lists may be read: not while the store fails or has enough to do.
    func mayRead(_ now: MonotonicTime) -> Bool { hasRoom && now >= storeRetry }

    /// Whether neither the store nor an event loop has enough to do.
    var hasRoom: Bool {
        batchesUnderWay < Poller.maximumBatchesUnderWay
            && handOversUnderWay < Poller.maximumBatchesUnderWay * max(1, receivers.count)
    }

    func storeFailed(_ error: any Error, _ now: MonotonicTime) {
        storeRetry = now + Milliseconds(storeBackOff.next())
        feedsInRound = Poller.feedsInFirstRound
        if let suppressed = limiter.admit("store", at: .now) {
            telemetry.logger.error(
                "the database failed; nothing is lost, trying again",
                [("error", .string("\(error)")), ("suppressed", .int(suppressed))])
        }
    }

    func storeSucceeded() {
        storeBackOff.reset()
    }

    private func askPositionsAgain(_ now: MonotonicTime) {
        guard !unanswered.isEmpty, now >= storeRetry else { return }
        let slots = unanswered
        unanswered.removeAll()
        askPositions(slots)
    }

    /// Notes that something was pushed to a feed of a kind that is ephemeral, and cannot be sent.
    func reportDiscarded(_ feed: FeedName, _ reason: BadEntry) {
        guard let suppressed = limiter.admit("discarded", at: .now) else { return }
        telemetry.logger.warning(
            "an entry was discarded, as nothing of its kind is stored: \(reason.explanation)",
            [("feed", .string(feed.text)), ("suppressed", .int(suppressed))])
    }

    /// Notes that Redis refused something, of which `subject` is a feed or a command.
    func report(_ subject: String, _ error: RedisServerError) {
        telemetry.redisErrors(RedisError.server(error).kind).add()
        if let suppressed = limiter.admit("refused \(error.code)", at: .now) {
            telemetry.logger.warning(
                "Redis refused",
                [("what", .string(subject)), ("error", .string("\(error)")), ("suppressed", .int(suppressed))])
        }
    }

    // MARK: - Keys

    func source(_ slot: Int) -> Kind.Source { kinds[feeds[slot].kind].source }

    func listKey(_ slot: Int) -> String { key(kinds[feeds[slot].kind].list, slot) }

    /// The key that is looked at to see whether there is news.
    func signalKey(_ slot: Int) -> String { key(kinds[feeds[slot].kind].signal, slot) }

    private func key(_ template: KeyTemplate?, _ slot: Int) -> String {
        guard let template else { preconditionFailure("the source of \(feeds[slot].name.kind) has no such key") }
        return settings.redis.prefix + template.key(for: feeds[slot].name.id)
    }
}

extension Milliseconds {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
