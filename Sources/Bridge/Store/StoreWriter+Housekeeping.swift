import Feeds
import Reactor
import SQLite

/// What the writer knows of the work that keeps the database from growing for ever.
struct Housekeeping {
    /// When the next step is due.
    var next = MonotonicTime(nanoseconds: 0)
    /// How far the look through all feeds has come.
    var feed: Int64 = 0
    /// How far the look through the marks of removed ids has come.
    var mark = ForgottenIDs.Place()
    /// When the marks are looked through again.
    var nextMarks = MonotonicTime(nanoseconds: 0)
    /// Feeds whose marks were looked at in this pass.
    var feedsWithMarks: Set<String> = []
    /// Whether lists are being read through.
    var isInspecting = false
    /// Has the poller visit lists that may have vanished unnoticed.
    var visit: @Sendable ([FeedName]) -> Void = { _ in }
    /// Has the poller read through lists for the ids on them; `inspected` says that it is done.
    var inspect: @Sendable ([FeedName]) -> Void = { _ in }

    static let idleInterval: Milliseconds = 2000
    static let marksInterval: Milliseconds = 3_600_000
    /// Longer than the poller waits before it tries to store again: that tells more than what is tried here, which is small.
    static let trialInterval: Milliseconds = 10_000
    /// How many lists are read through at a time.
    static let listsPerStep = 100
}

extension StoreWriter {
    /// Says who looks at lists for it.
    func ask(visit: @escaping @Sendable ([FeedName]) -> Void, inspect: @escaping @Sendable ([FeedName]) -> Void) {
        housekeeping.visit = visit
        housekeeping.inspect = inspect
    }

    /// Does what is due by itself, and returns when there will be more.
    func turn(_ now: MonotonicTime) -> MonotonicTime {
        isClosed ? .distantFuture : min(keepTimes(now), keepHouse(now))
    }

    /// Takes one step of housekeeping if it is due, and returns when the next one will be.
    ///
    /// While there is more to remove it takes at most a fifth of the thread's time.
    private func keepHouse(_ now: MonotonicTime) -> MonotonicTime {
        guard now >= housekeeping.next else { return housekeeping.next }
        tryStoring(now)
        var hasMore = false
        do {
            hasMore = try withStore(for: .housekeeping) { store in
                if !delivered.isEmpty { markDelivered([]) }
                let takesMore = try takeArrivals(store)
                let tellsMore = try tellForeignChanges(store)
                let purgesMore = try purge(store)
                let broadcastsMore = try purgeBroadcasts(store)
                let trimsMore = try lookThroughFeeds(store)
                let forgetsMore = try lookThroughMarks(store, now)
                return takesMore || tellsMore || purgesMore || broadcastsMore || trimsMore || forgetsMore
            }
        } catch {
            // What it is was noted for the operator; the next step tries again.
        }
        let took = Int64(MonotonicTime.now.seconds(since: now) * 1000)
        housekeeping.next = .now + (hasMore ? Milliseconds(20 + 4 * took) : idleInterval)
        return housekeeping.next
    }

    /// Tries whether a database that could not be written can be by now, where nobody else tries it again: what was refused
    /// may have been a request, and the next one may wait until this is ready.
    private func tryStoring(_ now: MonotonicTime) {
        guard let failed = storingFailed, now >= failed + Housekeeping.trialInterval else { return }
        _ = try? withStore { try $0.rewriteLast() }
    }

    /// What the application changed of read state is noticed within the reconcile interval.
    private var idleInterval: Milliseconds {
        min(Housekeeping.idleInterval, Milliseconds(Int64(settings.poll.reconcileIntervalMilliseconds)))
    }

    private var cutoff: Int64? {
        let days = settings.database.retentionDays
        return days > 0 ? wallClock() - Int64(days) * 86_400_000 : nil
    }

    private func purge(_ store: LogStore) throws -> Bool {
        guard let cutoff else { return false }
        let now = wallClock()
        let removal = try store.retention.removeLog(before: cutoff, now: now)
        note(removal)
        return try store.quarantine.remove(before: cutoff, now: now) || removal.isFull
    }

    private func note(_ removal: Retention.Removal) {
        telemetry.notificationsPurged.add(removal.notifications)
        forgetUnread(removal.feeds)
    }

    /// Looks at the next hundred feeds: trims those that have more than their kind keeps, and forgets those of which
    /// nothing is left.
    ///
    /// - Returns: whether a feed still has more than it should.
    private func lookThroughFeeds(_ store: LogStore) throws -> Bool {
        let states = try store.retention.feeds(after: housekeeping.feed)
        var toVisit: [FeedName] = []
        for state in states {
            let name = FeedName(state.name)
            if let name, let keep = settings.kind(of: name)?.keep {
                let removal = try store.connection.transaction { try store.retention.trim(state.number, to: keep) }
                note(removal)
                // The next step goes on with this feed.
                if removal.isFull { return true }
            }
            if state.isEmpty && state.isAtStart {
                try store.retention.remove(state)
            } else if state.isEmpty, let name {
                toVisit.append(name)
            }
            housekeeping.feed = state.number
        }
        if states.isEmpty { housekeeping.feed = 0 }
        if !toVisit.isEmpty { housekeeping.visit(toVisit) }
        return false
    }

    // MARK: - Marks of removed ids

    /// Finds the next feeds with marks that are past the retention, and has their lists read through.
    ///
    /// A mark goes only where its entry is no longer on the list; otherwise the entry would come back with the next
    /// reading of the whole list.
    ///
    /// - Returns: whether there may be more, besides what comes once these lists are read through.
    private func lookThroughMarks(_ store: LogStore, _ now: MonotonicTime) throws -> Bool {
        guard let cutoff, now >= housekeeping.nextMarks, !housekeeping.isInspecting else { return false }
        let places = try store.forgotten.places(after: housekeeping.mark, before: cutoff)
        guard !places.isEmpty else {
            housekeeping.mark = ForgottenIDs.Place()
            housekeeping.feedsWithMarks.removeAll()
            housekeeping.nextMarks = now + Housekeeping.marksInterval
            return false
        }
        var names: [FeedName] = []
        for place in places where names.count < Housekeeping.listsPerStep {
            housekeeping.mark = place
            guard housekeeping.feedsWithMarks.insert(place.feed).inserted else { continue }
            if let name = FeedName(place.feed) {
                names.append(name)
            } else {
                // It is of a row that named no feed: there is no list that could bring it back.
                post(on: executor) { $0.removeMarks(of: place.feed, except: []) }
            }
        }
        guard !names.isEmpty else { return true }
        housekeeping.isInspecting = true
        housekeeping.inspect(names)
        return false
    }

    /// Goes on with the next feeds, now that these lists are read through.
    func inspected() {
        housekeeping.isInspecting = false
        housekeeping.next = .now
    }

    /// Forgets the overdue marks of a feed, but for those of ids that are on its list.
    func removeMarks(of feed: String, except listed: Set<EntryHash>) {
        guard let cutoff else { return }
        let hasMore = try? withStore(for: .housekeeping) {
            try $0.forgotten.remove(of: feed, before: cutoff, except: listed)
        }
        if hasMore == true { post(on: executor) { $0.removeMarks(of: feed, except: listed) } }
    }
}
