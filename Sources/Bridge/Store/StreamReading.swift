import Feeds
import HTTP
import JSON
import SQLite

/// Reads the parts of streams from the database: a query-only connection and its statements.
///
/// Not Sendable: it belongs to the reader's thread.
final class StreamReading {
    struct Limits: Sendable {
        /// How many notifications of a feed a newcomer gets.
        let backlog: Int
        /// How many bytes of events make a page; the event that reaches it is the page's last.
        let pageBytes: Int
        /// How many log entries are looked at for a page.
        var pageEntries = 512
    }

    let connection: SQLiteConnection
    private let epoch: String
    let limits: Limits
    private let identity: SQLiteStatement
    let feedNumber: SQLiteStatement
    private let feedName: SQLiteStatement
    let countUnread: SQLiteStatement
    let unreadBacklog: SQLiteStatement
    let newest: SQLiteStatement
    let following: SQLiteStatement
    let logEntry: SQLiteStatement
    let notification: SQLiteStatement
    let positionOfID: SQLiteStatement
    let history: SQLiteStatement
    let unreadHistory: SQLiteStatement
    let lastSent: SQLiteStatement
    /// The conditions of the stream that was last read for.
    var judge: (conditions: [EntryCondition], judge: EntryJudge)?

    init(path: String, epoch: String, limits: Limits) throws {
        self.epoch = epoch
        connection = try SQLiteConnection(path: path, access: .readWrite, busyTimeoutMilliseconds: 1000)
        self.limits = limits
        try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -4000;")
        identity = try connection.prepare("SELECT epoch, last, purged FROM bridge")
        feedNumber = try connection.prepare("SELECT id FROM feeds WHERE name = ?")
        feedName = try connection.prepare("SELECT name FROM feeds WHERE id = ?")
        countUnread = try connection.prepare(UnreadCount.query)
        unreadBacklog = try connection.prepare(
            """
            SELECT log.pos FROM notifications n JOIN log ON log.notification = n.seq AND log.kind = 1
            WHERE n.feed = ?1 AND n.read_at IS NULL ORDER BY n.seq DESC LIMIT ?2
            """)
        newest = try connection.prepare(
            "SELECT pos FROM log WHERE feed = ?1 AND kind = 1 ORDER BY pos DESC LIMIT ?2")
        // What is sent and what is not stand in two indexes, each in the order of positions.
        following = try connection.prepare(
            """
            SELECT pos, kind FROM log WHERE feed = ?1 AND kind = 1 AND pos > ?2
            UNION ALL SELECT pos, kind FROM log WHERE feed = ?1 AND kind <> 1 AND pos > ?2
            ORDER BY pos LIMIT ?3
            """)
        logEntry = try connection.prepare("SELECT kind, notification, data, feed, terminal, at FROM log WHERE pos = ?")
        notification = try connection.prepare(
            """
            SELECT feed, id, body, stored_at, read_at FROM notifications WHERE seq = ?1
                AND NOT EXISTS (SELECT 1 FROM expiring WHERE notification = ?1 AND expires_at <= \(Timetable.now))
            """)
        history = try connection.prepare(
            """
            SELECT notification, pos FROM log WHERE feed = ?1 AND kind = 1 AND pos < ?2 AND pos > ?3
            UNION ALL SELECT notification, pos FROM log
                WHERE feed = ?1 AND kind <> 1 AND pos < ?2 AND pos > ?3 AND notification IS NOT NULL
            ORDER BY pos DESC
            """)
        unreadHistory = try connection.prepare(
            """
            SELECT n.seq FROM notifications n JOIN log ON log.notification = n.seq AND log.kind = 1
            WHERE n.feed = ?1 AND n.read_at IS NULL AND log.pos < ?2 AND log.pos > ?3 ORDER BY n.seq DESC
            """)
        positionOfID = try connection.prepare(
            """
            SELECT log.pos FROM notifications n JOIN log ON log.notification = n.seq
            WHERE n.feed = ? AND n.id = ?
            """)
        lastSent = try connection.prepare(LogStore.newestSent)
    }

    /// Reads parts of streams, all within one snapshot of the database.
    ///
    /// - Throws: `StoreError.replaced` where it is not the database that the streams' cursors are of.
    func pages(_ queries: [StreamQuery]) throws -> [StreamPage] {
        try connection.transaction(.deferred) {
            let (last, purged) = try logEnds()
            var known: [StreamQuery: StreamPage] = [:]
            return try queries.map { query in
                if let page = known[query] { return page }
                var unread: [FeedName: Int] = [:]
                for feed in query.feeds where feed.isInbox { unread[feed.name] = try unreadCount(feed.name) }
                let ends = try ends(of: query.feeds)
                var page = try page(
                    query, Snapshot(epoch: epoch, last: last, purged: purged, unread: unread, ends: ends))
                page.haveAllEnded = !ends.isEmpty && ends.count == query.feeds.count
                if page.rest == nil {
                    for (position, feed) in ends where position <= page.after { page.ended[feed] = position }
                }
                page.unread = query.feeds.compactMap { feed in unread[feed.name].map { (feed.name, $0) } }
                if queries.count > 1 { known[query] = page }
                return page
            }
        }
    }

    /// Where the log ends, and up to where it may have been purged.
    ///
    /// - Throws: `StoreError.replaced` where it is not the database that the streams' cursors are of.
    func logEnds() throws -> (last: LogPosition, purged: LogPosition) {
        defer { identity.reset() }
        guard try identity.step(), identity.string(0) == epoch else {
            throw StoreError.replaced(path: connection.path)
        }
        return (identity.int64(1), identity.int64(2))
    }

    /// What holds for all that is read of one snapshot.
    struct Snapshot {
        let epoch: String
        let last: LogPosition
        let purged: LogPosition
        let unread: [FeedName: Int]
        /// The feeds that have ended, by the positions of their last entries.
        let ends: [LogPosition: FeedName]
    }

    private func page(_ query: StreamQuery, _ snapshot: Snapshot) throws -> StreamPage {
        switch query.start {
        case .now:
            var page = StreamPage(before: snapshot.last, after: snapshot.last)
            appendEnds(upTo: snapshot.last, snapshot, to: &page)
            return page
        case .backlog:
            return try backlog(query, try backlogPositions(query, snapshot), snapshot, upTo: snapshot.last)
        case .rest(let positions, let last):
            return try backlog(query, positions, snapshot, upTo: last)
        case .after(let position):
            if position > snapshot.last { return try resync(query, .unknownCursor, snapshot) }
            // To have missed broadcast events is no gap.
            if position < snapshot.purged, query.feeds.contains(where: { $0.name != .broadcasts }) {
                return try resync(query, .pastRetention, snapshot)
            }
            return try replay(query, after: position, snapshot)
        case .afterNotification(let id):
            guard let position = try position(of: id, in: query.feeds) else {
                return try resync(query, .unknownCursor, snapshot)
            }
            return try replay(query, after: position, snapshot)
        case .snapshot(let reason):
            return try resync(query, reason, snapshot)
        }
    }

    struct LogEntry {
        let kind: LogEntryKind
        let notification: Int64
        let data: String?
        /// The feed's number.
        let feed: Int64
        /// Whether it was its feed's last.
        let isTerminal: Bool
        /// When it was written, in Unix milliseconds.
        let at: Int64
    }

    func entry(at position: LogPosition) throws -> LogEntry? {
        logEntry.bind(1, position)
        guard try logEntry.step() else { return nil }
        defer { logEntry.reset() }
        guard let kind = LogEntryKind(rawValue: logEntry.int64(0)) else { return nil }
        return LogEntry(
            kind: kind, notification: logEntry.int64(1), data: logEntry.optionalString(2),
            feed: logEntry.int64(3), isTerminal: logEntry.optionalInt64(4) != nil, at: logEntry.int64(5))
    }

    func append(
        _ position: LogPosition, _ query: StreamQuery, _ snapshot: Snapshot, to page: inout StreamPage
    ) throws {
        // What was to be sent when a backlog was begun may have been superseded meanwhile.
        guard let entry = try entry(at: position), entry.kind.isTold else { return }
        guard entry.kind == .notification else { return try append(entry, position, query, snapshot, to: &page) }
        notification.bind(1, entry.notification)
        guard try notification.step() else { return }
        defer { notification.reset() }
        guard meetsConditions(entry, query) else { return }
        if query.isPaced { return appendPaced(position, entry, query, snapshot, to: &page) }
        defer { appendEnd(at: position, snapshot, to: &page) }
        let cursor = Cursor(epoch: snapshot.epoch, position: position)
        noteDelivery(query, in: &page)
        page.eventCount += 1
        notification.withBytes(2) { body in
            guard query.isEnveloped else {
                StreamEvents.append(id: cursor, event: entry.data, data: body, to: &page.events)
                return
            }
            let envelope = envelope(snapshot)
            StreamEvents.append(id: cursor, event: entry.data, data: envelope.wrapping(body), to: &page.events)
        }
    }

    /// The envelope of the notification that the statement stands at.
    func envelope(_ snapshot: Snapshot) -> Envelope {
        let feed = FeedName(notification.string(0))
        return Envelope(
            feed: notification.string(0), id: notification.string(1), isReplay: true,
            readAt: notification.optionalInt64(4), unread: feed.flatMap { snapshot.unread[$0] })
    }

    /// Notes the notification that the statement stands at, if its being delivered makes it read.
    func noteDelivery(_ query: StreamQuery, in page: inout StreamPage) {
        if let delivered = readOnDelivery(query) { page.unreadOnDelivery.append(delivered) }
    }

    /// The notification that the statement stands at, if its being delivered makes it read.
    func readOnDelivery(_ query: StreamQuery) -> DeliveredNotification? {
        guard query.feeds.contains(where: \.isReadOnDelivery), notification.optionalInt64(4) == nil else { return nil }
        let feed = notification.string(0)
        guard let known = query.feeds.first(where: { $0.name.text == feed }), known.isReadOnDelivery else { return nil }
        return DeliveredNotification(feed: known.name, id: notification.string(1))
    }

    private func append(
        _ entry: LogEntry, _ position: LogPosition, _ query: StreamQuery, _ snapshot: Snapshot,
        to page: inout StreamPage
    ) throws {
        guard entry.kind != .broadcast else {
            return appendBroadcast(entry, Cursor(epoch: snapshot.epoch, position: position), query, to: &page)
        }
        guard let members = entry.data, let feed = try name(of: entry.feed) else { return }
        let change = FeedChange(kind: entry.kind, members: Array(members.utf8))
        if query.isPaced { return appendPaced(change, of: feed, position, snapshot, to: &page) }
        page.eventCount += 1
        StreamEvents.append(
            Cursor(epoch: snapshot.epoch, position: position), change, of: feed, unread: snapshot.unread[feed],
            to: &page.events)
    }

    private func name(of feed: Int64) throws -> FeedName? {
        feedName.bind(1, feed)
        defer { feedName.reset() }
        return try feedName.step() ? FeedName(feedName.string(0)) : nil
    }

    func number(of feed: FeedName) throws -> Int64? {
        guard feed != .broadcasts else { return LogStore.broadcasts }
        feedNumber.bind(1, feed.text)
        guard try feedNumber.step() else { return nil }
        defer { feedNumber.reset() }
        return feedNumber.int64(0)
    }

    func unreadCount(_ feed: FeedName) throws -> Int {
        countUnread.bind(1, feed.text)
        _ = try countUnread.step()
        defer { countUnread.reset() }
        return Int(countUnread.int64(0))
    }
}
