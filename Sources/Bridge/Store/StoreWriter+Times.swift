import Feeds
import Reactor
import SQLite

/// What the writer knows of the next time at which something is to be delivered or to expire.
struct TimetableClock {
    /// That time, in Unix milliseconds, as the database says.
    fileprivate var next: Int64?
    /// Whether the database is to be asked again.
    var isStale = true
    fileprivate var retry = MonotonicTime(nanoseconds: 0)

    fileprivate static let retryInterval: Milliseconds = 1000
    /// The wall clock may be set: it is looked at once in so long.
    fileprivate static let longestWait: Int64 = 2000
}

extension StoreWriter {
    /// Delivers what is due, removes what has expired, and says when to come back.
    func keepTimes(_ now: MonotonicTime) -> MonotonicTime {
        guard now >= clock.retry else { return clock.retry }
        do {
            if clock.isStale {
                clock.next = try withStore(for: .housekeeping) { try $0.timetable.next() }
                clock.isStale = false
            }
            guard let next = clock.next else { return .distantFuture }
            let time = wallClock()
            guard next <= time else { return now + Milliseconds(min(next - time, TimetableClock.longestWait)) }
            try withStore(for: .housekeeping) { store in
                try deliverDue(at: time, store)
                try removeExpired(at: time, store)
            }
            clock.isStale = true
            // What else is due waits for what else the thread was given.
            return now
        } catch {
            // What it is was noted for the operator.
            clock.retry = now + TimetableClock.retryInterval
            return clock.retry
        }
    }

    /// Makes notifications of the entries that are due, as if they had just been read from their lists.
    private func deliverDue(at time: Int64, _ store: LogStore) throws {
        var commit = Commit(bytes: [])
        var outcome = IngestOutcome()
        let most = positions(for: Timetable.rowsPerStep, of: Timetable.rowsPerStep)
        try countingTransaction(store, appending: most) {
            var rulings: [FeedRuling] = []
            for reading in try readings(store.timetable.takeDue(at: time), &commit.bytes) {
                let number = try store.positions.number(of: reading.feed)
                let ruling = try take(reading, number, store, time, &commit, &outcome)
                if ruling.hasRules { rulings.append(ruling) }
            }
            try finish(rulings, &commit, store, at: time)
        }
        report(outcome)
        deliver(commit)
    }

    /// Entries that are due as readings, one for each feed.
    private func readings(_ due: [Timetable.DueEntry], _ bytes: inout [UInt8]) -> [FeedReading] {
        // What was allowed when it was taken in is so now.
        var reader = EntryReader(maximumBytes: .max)
        var readings: [FeedReading] = []
        var places: [String: Int] = [:]
        var discarded = 0
        for due in due {
            guard let feed = FeedName(due.feed),
                case .notification(_, let event, let times) = due.body.withUnsafeBufferPointer({ reader.read($0) })
            else { continue }
            let kind = settings.kind(of: feed)
            // Nothing of its kind is stored any more.
            if kind?.isEphemeral == true {
                discarded += 1
                continue
            }
            let place = places[due.feed] ?? readings.count
            if place == readings.count {
                places[due.feed] = place
                readings.append(
                    FeedReading(
                        feed: feed, isInbox: kind?.isInbox ?? false, keep: kind?.keep, expected: 0, position: .start))
            }
            let start = bytes.count
            bytes += due.body
            let entry = Entry.notification(id: due.id, event: event, times: EntryTimes(expiresAt: times.expiresAt))
            readings[place].entries.append((start..<bytes.count, entry))
        }
        if discarded > 0 {
            telemetry.entriesDiscarded.add(discarded)
            telemetry.logger.warning(
                "entries that were due were discarded, as nothing of their kind is stored any more",
                [("count", .int(discarded))])
        }
        return readings
    }

    /// Removes the notifications that have expired, and has the streams told.
    private func removeExpired(at time: Int64, _ store: LogStore) throws {
        var commit = Commit(bytes: [])
        var feeds: [String: [String]] = [:]
        try store.transaction(appending: Timetable.rowsPerStep) {
            for (name, id) in try store.timetable.takeExpired(at: time) { feeds[name, default: []].append(id) }
            for (name, ids) in feeds {
                guard let feed = FeedName(name), let number = try store.positions.feed(feed)?.id else { continue }
                let changes = try ids.compactMap { try store.readState.remove($0, from: feed) }
                guard let last = changes.last else { continue }
                let unread = settings.kind(of: feed)?.isInbox == true ? try store.unread(feed) : nil
                let opens = try isOpened(by: last, feed, number, store)
                commit.changes += try changes.map {
                    try store.append($0, feed, number, unread: unread, opens: opens, at: time)
                }
            }
        }
        forgetUnread(Set(feeds.keys))
        telemetry.entriesExpired.add(commit.changes.count)
        deliver(commit)
    }

    /// Takes in an entry that is not for now: one that is to be delivered later, or one that has expired.
    ///
    /// - Returns: whether it is such an entry.
    func putOff(
        _ given: String?, _ times: EntryTimes, _ body: UnsafeBufferPointer<UInt8>, of feed: FeedName,
        _ store: LogStore, at now: Int64, _ outcome: inout IngestOutcome
    ) throws -> Bool {
        if let expiresAt = times.expiresAt, expiresAt <= now {
            if let given {
                if try store.isKnown(given, feed) {
                    outcome.duplicates += 1
                    return true
                }
                try store.timetable.remember(given, of: feed, at: now)
            }
            outcome.expired += 1
            return true
        }
        clock.isStale = true
        guard let dueAt = times.deliverAt, dueAt > now else { return false }
        let id = given ?? NotificationID.make(unixMilliseconds: now)
        let isNew =
            try !store.isKnown(id, feed)
            && store.timetable.schedule(id, hasOwnID: given == nil, body, of: feed, dueAt: dueAt)
        if isNew { outcome.scheduled += 1 } else { outcome.duplicates += 1 }
        return true
    }
}
