import Feeds
import Reactor
import SQLite

extension StoreWriter {
    /// Gives the rows that the application inserted for these feeds their positions, and hands them over.
    ///
    /// What goes on with earlier steps is one with these; `start` is where the log ended before them.
    ///
    /// - Returns: whether the database let it happen.
    @discardableResult
    func takeArrivals(of feeds: [FeedName], continuingAfter start: LogPosition? = nil) -> Bool {
        var hasSucceeded = true
        for feed in feeds {
            do {
                let next = try withStore { store in
                    let first = start ?? store.last
                    return try takeArrivals(of: feed, continuingAfter: start, store) ? first : nil
                }
                // A feed with very many does not keep the others waiting.
                if let next { post(on: executor) { $0.takeArrivals(of: [feed], continuingAfter: next) } }
            } catch {
                // They stay noted, and housekeeping comes back to them.
                hasSucceeded = false
                telemetry.logger.error("rows could not be taken in; nothing is lost", [("error", .string("\(error)"))])
            }
        }
        return hasSucceeded
    }

    /// Takes in what arrived without a flag; whether there may be more.
    func takeArrivals(_ store: LogStore) throws -> Bool {
        let names = try store.arrivals.feeds()
        var hasMore = names.count == Arrivals.feedsPerStep
        for name in names {
            if let feed = FeedName(name) {
                hasMore = try takeArrivals(of: feed, store) || hasMore
            } else {
                hasMore = try setAside(arrivalsOf: name, store) || hasMore
            }
        }
        return hasMore
    }

    /// Takes in the next rows of a feed; whether there may be more.
    private func takeArrivals(
        of feed: FeedName, continuingAfter start: LogPosition? = nil, _ store: LogStore
    ) throws -> Bool {
        var commit = Commit(bytes: [])
        var outcomes = ArrivalOutcomes()
        let hasMore = try store.transaction(appending: Arrivals.rowsPerStep + 1) {
            let now = wallClock()
            let (rows, hasMore) = try store.arrivals.take(feed.text)
            guard !rows.isEmpty else { return hasMore }
            let number = try store.positions.number(of: feed)
            let isInbox = settings.kind(of: feed)?.isInbox == true
            var ruling = try ruling(on: feed, number, isInbox: isInbox, continuingAfter: start, store)
            for row in rows { try take(row, &ruling, store, now, &commit, &outcomes) }
            if let keep = settings.kind(of: feed)?.keep {
                _ = try store.retention.trim(number, to: keep, limit: rows.count + 100, of: ruling.kindsOfRows)
            }
            if ruling.hasRules { try finish([ruling], &commit, store, at: now) }
            outcomes.withheld = ruling.withheld
            forgetUnread([feed.text])
            let unread = isInbox ? try store.unread(feed) : nil
            for index in commit.notifications.indices { commit.notifications[index].unread = unread }
            return hasMore
        }
        telemetry.entriesStored.add(outcomes.stored)
        telemetry.count(outcomes.withheld)
        report(outcomes, feed.text)
        deliver(commit)
        return hasMore
    }

    private func take(
        _ row: Arrivals.Row, _ rules: inout FeedRuling, _ store: LogStore, _ now: Int64, _ commit: inout Commit,
        _ outcomes: inout ArrivalOutcomes
    ) throws {
        let feed = rules.feed
        let start = commit.bytes.count
        let entry = row.body.withUnsafeBufferPointer { entryReader.read($0) }
        switch entry {
        case .notification(_, _, let times) where times.expiresAt ?? .max <= now:
            try store.arrivals.discard(row)
            outcomes.expired += 1
        case .notification(_, let event, let times) where EntryReader.isID(row.id):
            let ruling = row.body.withUnsafeBufferPointer { rules.ruling(on: $0) }
            guard let position = try store.append(row, feed, rules.number, event: event, ruling, at: now) else {
                outcomes.duplicates += 1
                return try store.arrivals.discard(row)
            }
            if let expiresAt = times.expiresAt {
                try store.timetable.expire(row.sequence, of: feed, at: expiresAt)
                clock.isStale = true
            }
            outcomes.stored += 1
            _ = try rules.stored(ruling, at: position, store, now)
            guard ruling.isSent else { return }
            commit.bytes += row.body
            commit.notifications.append(
                CommittedNotification(
                    position: position, feed: feed, id: row.id, event: event, body: start..<commit.bytes.count,
                    unread: nil, readAt: row.readAt, isLast: rules.isLast(ruling)))
        default:
            let reason: BadEntry = if case .bad(let reason) = entry { reason } else { .badID }
            try setAside(row, of: feed.text, reason, store, now, &outcomes)
        }
    }

    /// Sets aside the rows that name no feed; whether there may be more.
    private func setAside(arrivalsOf name: String, _ store: LogStore) throws -> Bool {
        var outcomes = ArrivalOutcomes()
        let hasMore = try store.connection.transaction {
            let (rows, hasMore) = try store.arrivals.take(name)
            let now = wallClock()
            for row in rows { try setAside(row, of: name, .badFeed, store, now, &outcomes) }
            return hasMore
        }
        report(outcomes, name)
        return hasMore
    }

    private func setAside(
        _ row: Arrivals.Row, of feed: String, _ reason: BadEntry, _ store: LogStore, _ now: Int64,
        _ outcomes: inout ArrivalOutcomes
    ) throws {
        try row.body.withUnsafeBufferPointer {
            try store.quarantine.add(feed: feed, reason: reason, entry: $0, at: now)
        }
        let wasTakenIn = try store.forgotten.contains(row.id, of: feed)
        try store.arrivals.discard(row)
        // Nothing was taken in by this id: mended, the row may come again with it.
        if !wasTakenIn { try store.forgotten.remove(row.id, of: feed) }
        outcomes.setAside.append(reason)
    }

    private func report(_ outcomes: ArrivalOutcomes, _ feed: String) {
        telemetry.entriesDuplicate.add(outcomes.duplicates)
        telemetry.entriesExpired.add(outcomes.expired)
        telemetry.entriesQuarantined.add(outcomes.setAside.count)
        guard let reason = outcomes.setAside.first else { return }
        telemetry.logger.warning(
            "rows were set aside: \(reason.explanation)",
            [
                ("count", .int(outcomes.setAside.count)), ("feed", .string(feed)),
                ("reason", .string(reason.rawValue)),
            ])
    }

    /// Inserts notifications as the application would, and takes them in.
    func insert(_ entries: [[UInt8]], ids: [String], into feed: FeedName) throws {
        try withStore { store in
            try store.connection.transaction {
                for (id, entry) in zip(ids, entries) { try store.insertRow(feed, id, entry) }
            }
        }
        takeArrivals(of: [feed])
    }
}

/// What became of rows that were not taken in.
private struct ArrivalOutcomes {
    var stored = 0
    var withheld: [WithholdingRule: Int] = [:]
    var duplicates = 0
    var expired = 0
    var setAside: [BadEntry] = []
}
