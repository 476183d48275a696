import Feeds
import Reactor
import SQLite

extension StoreWriter {
    /// Marks notifications as read, and has the feed's streams told.
    ///
    /// - Returns: the unread count; `nil` of a feed that is no inbox.
    /// - Throws: `UnknownNotification` where `through` names none.
    func markRead(_ feed: FeedName, _ selection: ReadSelection) throws -> Int? {
        try change(feed) { state, now in try state.markRead(feed, selection, at: now) }
    }

    /// Takes the reading of notifications back; returns the unread count.
    func markUnread(_ feed: FeedName, _ ids: [String]) throws -> Int? {
        try change(feed) { state, _ in try state.markUnread(feed, ids) }
    }

    /// Removes a notification, also where it is gone already, or is to be delivered later; returns the unread count.
    func remove(_ id: String, from feed: FeedName) throws -> Int? {
        try withStore { store in
            guard try store.timetable.isScheduled(id, of: feed) else { return }
            try store.connection.transaction {
                try store.timetable.cancel(id, of: feed, at: wallClock())
            }
        }
        return try change(feed) { state, _ in try state.remove(id, from: feed) }
    }

    /// Marks as read what has arrived at a stream's peer: one event for each feed.
    ///
    /// While the database cannot be written they wait; beyond a bound the latest stay unread, and are marked when they
    /// are delivered again.
    func markDelivered(_ notifications: [DeliveredNotification]) {
        delivered += notifications.prefix(max(0, Self.deliveredLimit - delivered.count))
        do {
            while !delivered.isEmpty { try markAsRead(Array(delivered.prefix(ReadState.idsPerEvent))) }
        } catch {
            // They stay noted, and are tried again with the next ones or by housekeeping.
            telemetry.logger.error("what was delivered could not be marked", [("error", .string("\(error)"))])
        }
    }

    private static let deliveredLimit = 100_000

    /// One transaction.
    private func markAsRead(_ part: [DeliveredNotification]) throws {
        try withStore { store in
            var commit = Commit(bytes: [])
            let feeds = Dictionary(grouping: part, by: \.feed)
            try store.transaction(appending: part.count) {
                let now = wallClock()
                for (feed, notifications) in feeds {
                    guard let number = try store.positions.feed(feed)?.id,
                        let change = try store.readState.markRead(feed, .ids(notifications.map(\.id)), at: now)
                    else { continue }
                    let unread = try store.unread(feed)
                    commit.changes.append(try store.append(change, feed, number, unread: unread, at: now))
                }
            }
            delivered.removeFirst(part.count)
            forgetUnread(Set(feeds.keys.map(\.text)))
            deliver(commit)
        }
    }

    private func change(_ feed: FeedName, _ body: (ReadState, Int64) throws -> FeedChange?) throws -> Int? {
        let isInbox = settings.kind(of: feed)?.isInbox == true
        return try withStore { store in
            var commit = Commit(bytes: [])
            let unread: Int? = try store.transaction(appending: 1) {
                let now = wallClock()
                guard let number = try store.positions.feed(feed)?.id else { return isInbox ? 0 : nil }
                let change = try body(store.readState, now)
                let unread = isInbox ? try store.unread(feed) : nil
                if let change {
                    let opens = try isOpened(by: change, feed, number, store)
                    commit.changes.append(
                        try store.append(change, feed, number, unread: unread, opens: opens, at: now))
                }
                return unread
            }
            forgetUnread([feed.text])
            deliver(commit)
            return unread
        }
    }

    /// Tells streams what the application itself changed of `read_at`.
    ///
    /// - Returns: whether there is more to tell.
    func tellForeignChanges(_ store: LogStore) throws -> Bool {
        guard try store.hasForeignChanges else { return false }
        var commit = Commit(bytes: [])
        var feeds: Set<String> = []
        try store.transaction(appending: ReadState.idsPerEvent + 1) {
            let now = wallClock()
            for (name, changes) in try store.readState.takeForeignChanges(at: now) {
                feeds.insert(name)
                guard let feed = FeedName(name), settings.kind(of: feed)?.isInbox == true,
                    let number = try store.positions.feed(feed)?.id
                else { continue }
                let unread = try store.unread(feed)
                commit.changes += try changes.map { try store.append($0, feed, number, unread: unread, at: now) }
            }
        }
        forgetUnread(feeds)
        deliver(commit)
        return try store.hasForeignChanges
    }
}
