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

    private let connection: SQLiteConnection
    private let limits: Limits
    private let identity: SQLiteStatement
    private let feedNumber: SQLiteStatement
    private let countUnread: SQLiteStatement
    private let unreadBacklog: SQLiteStatement
    private let newest: SQLiteStatement
    private let following: SQLiteStatement
    private let logEntry: SQLiteStatement
    private let notification: SQLiteStatement
    private let positionOfID: SQLiteStatement

    init(path: String, limits: Limits) throws {
        connection = try SQLiteConnection(path: path, access: .readWrite, busyTimeoutMilliseconds: 1000)
        self.limits = limits
        try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -4000;")
        identity = try connection.prepare("SELECT epoch, last, purged FROM bridge")
        feedNumber = try connection.prepare("SELECT id FROM feeds WHERE name = ?")
        countUnread = try connection.prepare(
            "SELECT count(*) FROM notifications WHERE feed = ? AND read_at IS NULL")
        unreadBacklog = try connection.prepare(
            """
            SELECT log.pos FROM notifications n JOIN log ON log.notification = n.seq AND log.kind = 1
            WHERE n.feed = ?1 AND n.read_at IS NULL ORDER BY n.seq DESC LIMIT ?2
            """)
        newest = try connection.prepare(
            "SELECT pos FROM log WHERE feed = ?1 AND kind = 1 ORDER BY pos DESC LIMIT ?2")
        following = try connection.prepare(
            "SELECT pos FROM log WHERE feed = ?1 AND pos > ?2 ORDER BY pos LIMIT ?3")
        logEntry = try connection.prepare("SELECT kind, notification, data, feed FROM log WHERE pos = ?")
        notification = try connection.prepare(
            "SELECT feed, id, body, stored_at, read_at FROM notifications WHERE seq = ?")
        positionOfID = try connection.prepare(
            """
            SELECT log.pos FROM notifications n JOIN log ON log.notification = n.seq AND log.kind = 1
            WHERE n.feed = ? AND n.id = ?
            """)
    }

    /// Reads parts of streams, all within one snapshot of the database.
    func pages(_ queries: [StreamQuery]) throws -> [StreamPage] {
        try connection.transaction(.deferred) {
            _ = try identity.step()
            let (epoch, last, purged) = (identity.string(0), identity.int64(1), identity.int64(2))
            identity.reset()
            var known: [StreamQuery: StreamPage] = [:]
            return try queries.map { query in
                if let page = known[query] { return page }
                var unread: [FeedName: Int] = [:]
                for feed in query.feeds where feed.isInbox { unread[feed.name] = try unreadCount(feed.name) }
                var page = try page(query, Snapshot(epoch: epoch, last: last, purged: purged, unread: unread))
                page.unread = query.feeds.compactMap { feed in unread[feed.name].map { (feed.name, $0) } }
                if queries.count > 1 { known[query] = page }
                return page
            }
        }
    }

    /// What holds for all that is read of one snapshot.
    private struct Snapshot {
        let epoch: String
        let last: LogPosition
        let purged: LogPosition
        let unread: [FeedName: Int]
    }

    private func page(_ query: StreamQuery, _ snapshot: Snapshot) throws -> StreamPage {
        switch query.start {
        case .now:
            return StreamPage(before: snapshot.last, after: snapshot.last)
        case .backlog:
            return try backlog(query, try backlogPositions(query), snapshot, upTo: snapshot.last)
        case .rest(let positions, let last):
            return try backlog(query, positions, snapshot, upTo: last)
        case .after(let position):
            if position > snapshot.last { return try resync(query, .unknownCursor, snapshot) }
            if position < snapshot.purged { return try resync(query, .pastRetention, snapshot) }
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

    // MARK: - Backlog

    /// The positions of what a newcomer gets, ascending over all feeds.
    private func backlogPositions(_ query: StreamQuery) throws -> [LogPosition] {
        var positions: [LogPosition] = []
        for feed in query.feeds {
            let statement = feed.isInbox ? unreadBacklog : newest
            if feed.isInbox {
                statement.bind(1, feed.name.text)
            } else {
                guard let number = try number(of: feed.name) else { continue }
                statement.bind(1, number)
            }
            statement.bind(2, limits.backlog)
            while try statement.step() { positions.append(statement.int64(0)) }
        }
        return positions.sorted()
    }

    private func backlog(
        _ query: StreamQuery, _ positions: [LogPosition], _ snapshot: Snapshot, upTo last: LogPosition
    ) throws -> StreamPage {
        var page = StreamPage(before: positions.first.map { $0 - 1 } ?? last, after: last)
        for (index, position) in positions.enumerated() {
            try append(position, query, snapshot, to: &page)
            if page.events.count >= limits.pageBytes && index + 1 < positions.count {
                page.after = position
                page.rest = .rest(Array(positions[(index + 1)...]), snapshot: last)
                break
            }
        }
        return page
    }

    // MARK: - Replay

    private func replay(_ query: StreamQuery, after cursor: LogPosition, _ snapshot: Snapshot) throws -> StreamPage {
        var page = StreamPage(before: cursor, after: snapshot.last)
        var positions: [LogPosition] = []
        var isComplete = true
        for feed in query.feeds {
            guard let number = try number(of: feed.name) else { continue }
            following.bind(1, number)
            following.bind(2, cursor)
            following.bind(3, limits.pageEntries)
            let before = positions.count
            while try following.step() { positions.append(following.int64(0)) }
            if positions.count - before == limits.pageEntries { isComplete = false }
        }
        positions.sort()
        // Where one feed has more, the others are known only as far as it was looked at.
        if positions.count > limits.pageEntries {
            positions.removeLast(positions.count - limits.pageEntries)
            isComplete = false
        }
        for position in positions {
            try append(position, query, snapshot, to: &page)
            page.after = position
            if page.events.count >= limits.pageBytes && (position != positions.last || !isComplete) {
                page.rest = .after(position)
                return page
            }
        }
        if isComplete { page.after = snapshot.last } else { page.rest = .after(page.after) }
        return page
    }

    private func position(of id: String, in feeds: [StreamFeed]) throws -> LogPosition? {
        var found: LogPosition?
        for feed in feeds {
            positionOfID.bind(1, feed.name.text)
            positionOfID.bind(2, id)
            guard try positionOfID.step() else { continue }
            let position = positionOfID.int64(0)
            positionOfID.reset()
            // The same id in two of the stream's feeds names no place in the stream.
            guard found == nil else { return nil }
            found = position
        }
        return found
    }

    // MARK: - Resync

    /// The newest of each feed within one event of at most about a megabyte; the event's id is the cursor after it.
    private func resync(_ query: StreamQuery, _ reason: ResyncReason, _ snapshot: Snapshot) throws -> StreamPage {
        var page = StreamPage(before: nil, after: snapshot.last)
        var data = JSONWriter()
        data.beginObject()
        data.name("feeds")
        data.beginObject()
        for feed in query.feeds {
            data.name(feed.name.text)
            data.beginObject()
            data.name("reason")
            data.string(reason.rawValue)
            data.name("items")
            data.beginArray()
            let single = StreamQuery(feeds: [feed], start: query.start, isEnveloped: query.isEnveloped)
            for item in try newestItems(single, maximumBytes: 1_048_576 / query.feeds.count) { data.raw(item) }
            data.endArray()
            if let count = snapshot.unread[feed.name] {
                data.name("unread")
                data.int(count)
            }
            data.endObject()
        }
        data.endObject()
        data.endObject()
        page.eventCount = 1
        StreamEvents.append(
            id: Cursor(epoch: snapshot.epoch, position: snapshot.last), event: "resync", data: data.bytes,
            to: &page.events)
        return page
    }

    private func newestItems(_ query: StreamQuery, maximumBytes: Int) throws -> [[UInt8]] {
        var items: [[UInt8]] = []
        var size = 0
        for position in try backlogPositions(query).reversed() {
            guard let entry = try entry(at: position), entry.kind == .notification,
                let item = try item(entry.notification)
            else { continue }
            size += item.count
            guard size <= maximumBytes || items.isEmpty else { break }
            items.append(item)
        }
        return items.reversed()
    }

    /// A notification as the history shows it.
    private func item(_ sequence: Int64) throws -> [UInt8]? {
        notification.bind(1, sequence)
        guard try notification.step() else { return nil }
        defer { notification.reset() }
        var item = JSONWriter()
        item.beginObject()
        item.name("id")
        item.string(notification.string(1))
        item.name("feed")
        item.string(notification.string(0))
        item.name("body")
        notification.withBytes(2) { item.raw($0) }
        item.name("stored_at")
        item.string(RFC3339.format(unixMilliseconds: notification.int64(3)))
        item.name("read_at")
        if let time = notification.optionalInt64(4) {
            item.string(RFC3339.format(unixMilliseconds: time))
        } else {
            item.null()
        }
        item.endObject()
        return item.bytes
    }

    // MARK: - Entries

    private struct LogEntry {
        let kind: LogEntryKind
        let notification: Int64
        let data: String?
    }

    private func entry(at position: LogPosition) throws -> LogEntry? {
        logEntry.bind(1, position)
        guard try logEntry.step() else { return nil }
        defer { logEntry.reset() }
        guard let kind = LogEntryKind(rawValue: logEntry.int64(0)) else { return nil }
        return LogEntry(kind: kind, notification: logEntry.int64(1), data: logEntry.optionalString(2))
    }

    private func append(
        _ position: LogPosition, _ query: StreamQuery, _ snapshot: Snapshot, to page: inout StreamPage
    ) throws {
        guard let entry = try entry(at: position), entry.kind == .notification else { return }
        notification.bind(1, entry.notification)
        guard try notification.step() else { return }
        defer { notification.reset() }
        let cursor = Cursor(epoch: snapshot.epoch, position: position)
        page.eventCount += 1
        notification.withBytes(2) { body in
            guard query.isEnveloped else {
                StreamEvents.append(id: cursor, event: entry.data, data: body, to: &page.events)
                return
            }
            let feed = FeedName(notification.string(0))
            let envelope = Envelope(
                feed: notification.string(0), id: notification.string(1), isReplay: true,
                readAt: notification.optionalInt64(4), unread: feed.flatMap { snapshot.unread[$0] })
            StreamEvents.append(id: cursor, event: entry.data, data: envelope.wrapping(body), to: &page.events)
        }
    }

    private func number(of feed: FeedName) throws -> Int64? {
        feedNumber.bind(1, feed.text)
        guard try feedNumber.step() else { return nil }
        defer { feedNumber.reset() }
        return feedNumber.int64(0)
    }

    private func unreadCount(_ feed: FeedName) throws -> Int {
        countUnread.bind(1, feed.text)
        _ = try countUnread.step()
        defer { countUnread.reset() }
        return Int(countUnread.int64(0))
    }
}
