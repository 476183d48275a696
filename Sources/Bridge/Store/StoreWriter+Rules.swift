import Feeds
import SQLite

extension StoreWriter {
    /// What the rules of a feed's kind are to do within a transaction that begins.
    ///
    /// What goes on with earlier ones comes behind the feed's last entry, if that came with these: after `position`, where
    /// the log ended before the first of them.
    func ruling(
        on feed: FeedName, _ number: Int64, isInbox: Bool, continuingAfter position: LogPosition?, _ store: LogStore
    ) throws -> FeedRuling {
        // Most kinds have no rules, so nothing is looked up for them.
        let kind = ruledKinds.isEmpty ? nil : ruledKinds[String(feed.kind)]
        var hasEnded = false
        if let position, kind?.canEnd == true { hasEnded = try store.hasEnded(number, after: position) }
        return FeedRuling(
            feed: feed, number: number, isInbox: isInbox, start: store.last, kind: kind, hasEnded: hasEnded)
    }

    /// What the rules are to do with a reading; notes where the log ended before one that others go on with.
    func ruling(on reading: FeedReading, _ number: Int64, _ store: LogStore) throws -> FeedRuling {
        let start = reading.continues ? readingStarts[reading.feed] : nil
        let ruling = try ruling(
            on: reading.feed, number, isInbox: reading.isInbox, continuingAfter: start, store)
        if reading.hasMore && !reading.continues && ruling.canEnd { readingStarts[reading.feed] = ruling.start }
        return ruling
    }

    /// Forgets where the log ended before readings that nothing goes on with.
    func forgetStarts(of readings: [FeedReading], but conflicts: Set<FeedName>) {
        guard !readingStarts.isEmpty else { return }
        for reading in readings where !reading.hasMore && !conflicts.contains(reading.feed) {
            readingStarts[reading.feed] = nil
        }
    }

    /// Whether a feed that may have had its last entry goes on, now that something of it was removed.
    func isOpened(by change: FeedChange, _ feed: FeedName, _ number: Int64, _ store: LogStore) throws -> Bool {
        guard change.kind == .removed, ruledKinds[String(feed.kind)]?.canEnd == true else { return false }
        return try !store.hasEnded(number)
    }

    /// How many positions transactions take at most that store so many entries of so many feeds: beside entries the log
    /// may get changes of each feed.
    func positions(for entries: Int, of feeds: Int) -> Int {
        ruledKinds.isEmpty ? entries : entries + entries / ReadState.idsPerEvent + feeds
    }

    /// Adds to a commit, behind all its notifications, what the rules changed; within the transaction.
    func finish(_ rulings: [FeedRuling], _ commit: inout Commit, _ store: LogStore, at time: Int64) throws {
        guard let first = rulings.first, first.start < store.last else { return }
        let superseded = rulings.reduce(into: Set<LogPosition>()) { $0.formUnion($1.superseded) }
        if !superseded.isEmpty { commit.notifications.removeAll { superseded.contains($0.position) } }
        for ruling in rulings where !ruling.read.isEmpty {
            let unread = try store.unread(ruling.feed)
            for start in stride(from: 0, to: ruling.read.count, by: ReadState.idsPerEvent) {
                let ids = Array(ruling.read[start...].prefix(ReadState.idsPerEvent))
                let change = FeedChange.read(.ids(ids), at: time)
                commit.changes.append(try store.append(change, ruling.feed, ruling.number, unread: unread, at: time))
            }
        }
        commit.reached = store.last
    }
}
