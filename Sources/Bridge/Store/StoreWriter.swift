import Feeds
import Logging
import Reactor
import SQLite

/// The one thread that writes to the database.
///
/// It alone takes positions in the log, commits, and hands over what it committed, in that order: so nothing is sent
/// that is not stored, and a cursor can never run ahead of something that is still to come.
actor StoreWriter {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How long it waits for a database that another program has locked, each time.
    nonisolated let patience = SQLitePatience(milliseconds: 5000)

    let settings: Configuration
    let telemetry: Telemetry
    private let epoch: String
    private let mark: @Sendable (LogPosition) -> Void
    /// The time that is written, in Unix milliseconds; it may jump.
    let wallClock: @Sendable () -> Int64
    /// The log's end as far as it was handed over.
    private var handedOver: LogPosition?
    private var announceGap: @Sendable (LogPosition) -> Void = { _ in }
    private var store: LogStore?
    private(set) var isClosed = false
    /// When storing failed last, if nothing was stored since.
    private(set) var storingFailed: MonotonicTime?
    private var handOver: @Sendable (Commit) -> Void = { _ in }
    /// The unread counts of inboxes that something was stored in, so that not every notification costs a count.
    private var unread: [FeedName: Int] = [:]
    private static let unreadCacheLimit = 100_000
    /// Where the log ended before lists that are taken in by several readings, of feeds that can end.
    var readingStarts: [FeedName: LogPosition] = [:]
    var housekeeping = Housekeeping()
    var clock = TimetableClock()
    var entryReader: EntryReader
    /// What has arrived at streams' peers and is still to be marked as read.
    var delivered: [DeliveredNotification] = []
    /// The kinds with rules that look into entries.
    let ruledKinds: [String: RuledKind]

    /// - Parameters:
    ///   - settings: Where the database is, and how long what is kept.
    ///   - epoch: The database's name; another database at its path is refused.
    ///   - mark: Notes the last position that streams were told of, outside the database.
    ///   - telemetry: Where to report.
    ///   - wallClock: What tells the time, in Unix milliseconds.
    init(
        _ settings: Configuration, epoch: String, mark: @escaping @Sendable (LogPosition) -> Void, telemetry: Telemetry,
        wallClock: @escaping @Sendable () -> Int64 = { WallClock.unixMilliseconds }
    ) {
        self.settings = settings
        ruledKinds = RuledKind.table(settings.kinds)
        entryReader = EntryReader(maximumBytes: settings.poll.maxNotificationBytes)
        self.epoch = epoch
        self.mark = mark
        self.telemetry = telemetry
        self.wallClock = wallClock
    }

    /// Says who gets what was committed.
    ///
    /// The calls come on the writer's thread, in the order of commit. `gap` is told up to where something may be missing
    /// of what was handed over.
    func handOver(
        to receiver: @escaping @Sendable (Commit) -> Void, gap: @escaping @Sendable (LogPosition) -> Void
    ) {
        handOver = receiver
        announceGap = gap
    }

    /// Stores a batch in one transaction with its positions, then hands it over.
    func ingest(_ batch: IngestBatch) throws -> IngestOutcome {
        let count = batch.readings.reduce(0) { $0 + $1.entries.count }
        var commit = Commit(bytes: batch.bytes)
        commit.notifications.reserveCapacity(count)
        var outcome = IngestOutcome()
        try withStore { store in
            let now = wallClock()
            if Faults.isOff(.positionInTransaction) {
                for reading in batch.readings { _ = try store.positions.move(reading) }
            }
            try countingTransaction(store, appending: positions(for: count, of: batch.readings.count)) {
                var rulings: [FeedRuling] = []
                for var reading in batch.readings {
                    guard let move = try place(reading, store) else {
                        outcome.conflicts.insert(reading.feed)
                        continue
                    }
                    reading.rereadEnd = move.rereadEnd
                    let ruling = try take(reading, move.number, store, now, &commit, &outcome)
                    if ruling.hasRules { rulings.append(ruling) }
                }
                try finish(rulings, &commit, store, at: now)
                if Faults.isOff(.commitBeforeSending) { handOver(commit) }
            }
        }
        if unread.count > StoreWriter.unreadCacheLimit { unread.removeAll() }
        forgetStarts(of: batch.readings, but: outcome.conflicts)
        report(outcome)
        deliver(commit)
        return outcome
    }

    /// Runs `body` as one transaction that may append to the log and goes by the unread counts that are known.
    ///
    /// They are counted anew where the application may have changed them, or a transaction failed.
    func countingTransaction(_ store: LogStore, appending count: Int, _ body: () throws -> Void) throws {
        do {
            try store.transaction(appending: count) {
                if try store.wasChangedElsewhere() { unread.removeAll() }
                try body()
            }
        } catch {
            unread.removeAll()
            throw error
        }
    }

    /// Stores what a reading found, within a transaction; returns what the rules of its kind made of it.
    func take(
        _ reading: FeedReading, _ number: Int64, _ store: LogStore, _ now: Int64, _ commit: inout Commit,
        _ outcome: inout IngestOutcome
    ) throws -> FeedRuling {
        var ruling = try ruling(on: reading, number, store)
        let first = commit.notifications.count
        let stored = outcome.stored
        try ingest(reading, &ruling, store, now, &commit, &outcome)
        try trim(reading, ruling, stored: outcome.stored - stored, store, &commit.notifications[first...])
        outcome.withheld.merge(ruling.withheld, uniquingKeysWith: +)
        return ruling
    }

    /// Counts what became of a batch.
    func report(_ outcome: IngestOutcome) {
        telemetry.entriesStored.add(outcome.stored)
        telemetry.entriesDuplicate.add(outcome.duplicates)
        telemetry.entriesScheduled.add(outcome.scheduled)
        telemetry.entriesExpired.add(outcome.expired)
        telemetry.count(outcome.withheld)
    }

    /// Hands over what is committed.
    func deliver(_ commit: Commit) {
        guard let last = commit.last else { return }
        Faults.reach(.committed)
        mark(last)
        handedOver = last
        if !Faults.isOff(.commitBeforeSending) { handOver(commit) }
    }

    private func place(_ reading: FeedReading, _ store: LogStore) throws(SQLiteError) -> FeedPositions.Move? {
        guard Faults.isOff(.positionInTransaction) else { return try store.positions.move(reading) }
        return try store.positions.feed(reading.feed).map { .init(number: $0.id, rereadEnd: $0.rereadEnd) }
    }

    private func ingest(
        _ reading: FeedReading, _ rules: inout FeedRuling, _ store: LogStore, _ now: Int64, _ commit: inout Commit,
        _ outcome: inout IngestOutcome
    ) throws {
        try commit.bytes.withUnsafeBufferPointer { bytes in
            for (index, (range, entry)) in reading.entries.enumerated() {
                let body = UnsafeBufferPointer(rebasing: bytes[range])
                switch entry {
                case .bad
                where try reading.start + index < reading.rereadEnd
                    && store.quarantine.contains(body, of: reading.feed):
                    outcome.duplicates += 1
                case .bad(let reason):
                    try store.quarantine.add(feed: reading.feed.text, reason: reason, entry: body, at: now)
                    outcome.quarantined.append((reading.feed, reason, 1))
                case .notification(let given, let event, let times):
                    if times != .always, try putOff(given, times, body, of: reading.feed, store, at: now, &outcome) {
                        continue
                    }
                    let id = given ?? NotificationID.make(unixMilliseconds: now)
                    let before = reading.isInbox ? try unreadBefore(reading.feed, store) : nil
                    let ruling = rules.ruling(on: body)
                    let new = LogStore.NewNotification(
                        feed: reading.feed, number: rules.number, id: id, hasOwnID: given == nil, event: event,
                        body: body, expiresAt: times.expiresAt, ruling: ruling)
                    guard let position = try store.insert(new, at: now) else {
                        outcome.duplicates += 1
                        continue
                    }
                    outcome.stored += 1
                    let growth = try rules.stored(ruling, at: position, store, now)
                    let count = before.map { $0 + growth }
                    if let count { unread[reading.feed] = count }
                    guard ruling.isSent else { continue }
                    commit.notifications.append(
                        CommittedNotification(
                            position: position, feed: reading.feed, id: id, event: event, body: range, unread: count,
                            isLast: rules.isLast(ruling)))
                }
            }
        }
    }

    /// Keeps no more of a feed than its kind says: what comes in drives out as much, and a little of what was too much
    /// before.
    private func trim(
        _ reading: FeedReading, _ rules: FeedRuling, stored: Int, _ store: LogStore,
        _ committed: inout ArraySlice<CommittedNotification>
    ) throws(SQLiteError) {
        guard let keep = reading.keep, stored > 0 else { return }
        let removal = try store.retention.trim(
            rules.number, to: keep, limit: stored + 100, of: rules.kindsOfRows)
        telemetry.notificationsPurged.add(removal.notifications)
        guard reading.isInbox, removal.notifications > 0 else { return }
        let count = try store.unread(reading.feed)
        unread[reading.feed] = count
        for index in committed.indices { committed[index].unread = count }
    }

    private func unreadBefore(_ feed: FeedName, _ store: LogStore) throws -> Int {
        if let known = unread[feed] { return known }
        let count = try store.unread(feed)
        unread[feed] = count
        return count
    }

    /// Opens the database, and looks whether a commit that seemed to fail lasted: what was not handed over then is read
    /// from the database by every stream.
    private func open() throws -> LogStore {
        let opened = try LogStore(
            path: settings.databasePath, synchronous: settings.database.synchronous.rawValue, epoch: epoch,
            atLeast: handedOver ?? 0,
            insertedKinds: settings.kinds.filter { $0.source == .flagAndDatabase }.map(\.name), patience: patience)
        store = opened
        clock.isStale = true
        if let handedOver, opened.last > handedOver { announceGap(opened.last) }
        handedOver = opened.last
        return opened
    }

    /// Opens the database where it is not open, and closes it after a failure that the connection may not survive.
    func withStore<T>(for use: Readiness.Use = .storing, _ body: (LogStore) throws -> T) throws -> T {
        guard !isClosed else { throw StoreError.closed }
        do {
            let store = try self.store ?? open()
            guard !store.connection.hasMoved else { throw StoreError.removed(path: settings.databasePath) }
            let result = try body(store)
            telemetry.readiness.set(.database, for: use, nil)
            if use == .storing { storingFailed = nil }
            return result
        } catch let error as UnknownNotification {
            throw error
        } catch {
            telemetry.readiness.set(.database, for: use, "\(DatabaseFailure(error))")
            if use == .storing { storingFailed = .now }
            if let error = error as? SQLiteError {
                telemetry.sqliteFailed(error)
                switch error.code {
                case .busy, .locked, .full, .constraint: break
                default: store = nil
                }
            }
            throw error
        }
    }

    /// Has the unread counts of feeds that lost notifications counted anew.
    func forgetUnread(_ feeds: Set<String>) {
        for feed in feeds { if let name = FeedName(feed) { unread[name] = nil } }
    }

    /// Closes the database for good, whose write-ahead log is folded into it by the last connection to close, and lets go
    /// of those who got what was committed.
    func close() {
        isClosed = true
        store = nil
        handOver = { _ in }
        announceGap = { _ in }
    }
}
