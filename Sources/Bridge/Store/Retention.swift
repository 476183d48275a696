import Feeds
import SQLite

/// Removes from the database what is past its time, a little at a time.
///
/// Not Sendable: it belongs to the writer's thread and shares its connection. Each call is one short transaction.
final class Retention {
    /// How many rows one call removes at most.
    static let rowsPerStep = 500

    private let connection: SQLiteConnection
    private let head: SQLiteStatement
    private let stepEnd: SQLiteStatement
    private let redate: SQLiteStatement
    /// How far the log was looked through for rows from the future; `nil` where none is known of.
    private var redatedTo: LogPosition?
    private let deleteNotification: SQLiteStatement
    private let deleteLog: SQLiteStatement
    private let setPurged: SQLiteStatement
    private let redateBroadcasts: SQLiteStatement
    private let deleteBroadcasts: SQLiteStatement
    private let trimming: [LogEntryKind: Trimming]
    private let feeds: SQLiteStatement
    private let deleteFeed: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        head = try connection.prepare(
            """
            SELECT pos, notification, at FROM log
            WHERE pos > (SELECT purged FROM bridge) ORDER BY pos LIMIT \(Retention.rowsPerStep)
            """)
        stepEnd = try connection.prepare(
            "SELECT max(pos) FROM (SELECT pos FROM log WHERE pos > ? ORDER BY pos LIMIT \(Retention.rowsPerStep))")
        redate = try connection.prepare("UPDATE log SET at = ?3 WHERE pos > ?1 AND pos <= ?2 AND at > ?3")
        deleteNotification = try connection.prepare("DELETE FROM notifications WHERE seq = ? RETURNING feed")
        deleteLog = try connection.prepare("DELETE FROM log WHERE pos = ?")
        setPurged = try connection.prepare("UPDATE bridge SET purged = ?")
        let oldestBroadcasts = """
            SELECT pos FROM log WHERE feed = \(LogStore.broadcasts) AND kind <> 1
            ORDER BY pos LIMIT \(Retention.rowsPerStep)
            """
        redateBroadcasts = try connection.prepare(
            "UPDATE log SET at = ?1 WHERE at > ?1 AND pos IN (\(oldestBroadcasts))")
        deleteBroadcasts = try connection.prepare("DELETE FROM log WHERE at < ? AND pos IN (\(oldestBroadcasts))")
        var trimming: [LogEntryKind: Trimming] = [:]
        for kind in LogEntryKind.notifications { trimming[kind] = try Trimming(kind, connection) }
        self.trimming = trimming
        feeds = try connection.prepare(
            """
            SELECT id, name, position, EXISTS (SELECT 1 FROM log WHERE feed = feeds.id AND kind = 1)
                    OR EXISTS (SELECT 1 FROM log WHERE feed = feeds.id AND kind <> 1),
                EXISTS (SELECT 1 FROM forgotten WHERE feed = feeds.name)
            FROM feeds WHERE id > ? ORDER BY id LIMIT 100
            """)
        deleteFeed = try connection.prepare("DELETE FROM feeds WHERE id = ?")
    }

    /// What a step removed.
    struct Removal {
        var notifications = 0
        /// The feeds that lost something, whose unread counts may have changed.
        var feeds: Set<String> = []
        /// Whether the step's share was used up, so that there may be more.
        var isFull = false
    }

    // MARK: - By age

    /// Removes the oldest part of the log, and the notifications it tells of, as far as it was written before `cutoff`.
    ///
    /// Positions up to there are noted as purged: a cursor before them cannot be continued from.
    func removeLog(before cutoff: Int64, now: Int64) throws -> Removal {
        var removal = Removal()
        let rows = try rowsAtHead(before: cutoff, now: now)
        removal.isFull = try redateFuture(now) || rows.count == Retention.rowsPerStep
        guard let last = rows.last else { return removal }
        try connection.transaction {
            for row in rows {
                if let notification = row.notification { try remove(notification, &removal) }
                try run(deleteLog, row.position)
            }
            try run(setPurged, last.position)
        }
        return removal
    }

    private func rowsAtHead(
        before cutoff: Int64, now: Int64
    ) throws(SQLiteError) -> [(position: LogPosition, notification: Int64?)] {
        var rows: [(LogPosition, Int64?)] = []
        defer { head.reset() }
        while try head.step() {
            let (position, at) = (head.int64(0), head.int64(2))
            guard at < cutoff else {
                if at > now, redatedTo == nil { redatedTo = position - 1 }
                break
            }
            rows.append((position, head.optionalInt64(1)))
        }
        return rows
    }

    /// Dates what a clock that was wrong dated into the future: it counts from now.
    ///
    /// A clock is wrong for a while, so once there is such a row the log is looked through from there, a step at a time,
    /// until a step finds none.
    ///
    /// - Returns: whether there may be more.
    private func redateFuture(_ now: Int64) throws(SQLiteError) -> Bool {
        guard let start = redatedTo else { return false }
        redatedTo = nil
        stepEnd.bind(1, start)
        let end = try stepEnd.step() ? stepEnd.optionalInt64(0) : nil
        stepEnd.reset()
        guard let end else { return false }
        try run(redate, start, end, now)
        guard connection.changes > 0 else { return false }
        redatedTo = end
        return true
    }

    /// Removes the oldest broadcast events; to have missed them is no gap.
    ///
    /// - Returns: whether there may be more.
    func removeBroadcasts(before cutoff: Int64, now: Int64) throws(SQLiteError) -> Bool {
        try run(redateBroadcasts, now)
        try run(deleteBroadcasts, cutoff)
        return connection.changes == Retention.rowsPerStep
    }

    // MARK: - By number

    /// Removes what a feed has beyond its newest `count` notifications, the oldest first and at most `limit`, within a
    /// transaction of the caller's.
    ///
    /// To have missed them is no gap, so they are not noted as purged. Each of `kinds` counts by itself: what is not sent
    /// drives out nothing that is.
    func trim(
        _ feed: Int64, to count: Int, limit: Int = rowsPerStep, of kinds: [LogEntryKind] = LogEntryKind.notifications
    ) throws(SQLiteError) -> Removal {
        var removal = Removal()
        for kind in kinds {
            let rows = try trimming[kind]?.excess(feed, beyond: count, limit: limit) ?? []
            for row in rows {
                try remove(row.notification, &removal)
                try run(deleteLog, row.position)
            }
            if rows.count == limit { removal.isFull = true }
        }
        return removal
    }

    /// Finds what a feed has too much of one kind.
    private struct Trimming {
        private let oldestKept: SQLiteStatement
        private let excess: SQLiteStatement

        init(_ kind: LogEntryKind, _ connection: SQLiteConnection) throws(SQLiteError) {
            // In words that one of the log's indexes is defined by.
            let isOfKind = kind == .notification ? "kind = 1" : "kind <> 1 AND kind = \(kind.rawValue)"
            oldestKept = try connection.prepare(
                "SELECT pos FROM log WHERE feed = ?1 AND \(isOfKind) ORDER BY pos DESC LIMIT 1 OFFSET ?2 - 1")
            excess = try connection.prepare(
                """
                SELECT pos, notification FROM log WHERE feed = ?1 AND \(isOfKind) AND pos < ?2
                ORDER BY pos LIMIT ?3
                """)
        }

        func excess(
            _ feed: Int64, beyond count: Int, limit: Int
        ) throws(SQLiteError) -> [(position: LogPosition, notification: Int64)] {
            oldestKept.bind(1, feed)
            oldestKept.bind(2, count)
            let boundary = try oldestKept.step() ? oldestKept.int64(0) : nil
            oldestKept.reset()
            guard let boundary else { return [] }
            excess.bind(1, feed)
            excess.bind(2, boundary)
            excess.bind(3, limit)
            var rows: [(position: LogPosition, notification: Int64)] = []
            while try excess.step() { rows.append((excess.int64(0), excess.int64(1))) }
            return rows
        }
    }

    private func remove(_ notification: Int64, _ removal: inout Removal) throws(SQLiteError) {
        deleteNotification.bind(1, notification)
        while try deleteNotification.step() {
            removal.notifications += 1
            removal.feeds.insert(deleteNotification.string(0))
        }
    }

    // MARK: - Feeds

    /// A feed as a look through all of them finds it.
    struct FeedState {
        let number: Int64
        let name: String
        /// Whether nothing is left of it but its position.
        let isEmpty: Bool
        /// Whether its list was absent, or never there, when it was last read.
        let isAtStart: Bool
    }

    /// The next feeds behind a number, at most a hundred.
    func feeds(after number: Int64) throws(SQLiteError) -> [FeedState] {
        feeds.bind(1, number)
        var found: [FeedState] = []
        while try feeds.step() {
            found.append(
                FeedState(
                    number: feeds.int64(0), name: feeds.string(1),
                    isEmpty: feeds.int64(3) == 0 && feeds.int64(4) == 0, isAtStart: feeds.int64(2) == 0))
        }
        return found
    }

    /// Removes the row of a feed of which nothing is left, neither here nor on its list.
    func remove(_ feed: FeedState) throws(SQLiteError) { try run(deleteFeed, feed.number) }

    private func run(_ statement: SQLiteStatement, _ values: Int64...) throws(SQLiteError) {
        for (index, value) in values.enumerated() { statement.bind(index + 1, value) }
        try statement.run()
    }
}
