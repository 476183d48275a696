import Feeds
import SQLite

/// What is to be delivered later, and what expires, within transactions of the writer's.
///
/// Not Sendable: it belongs to the writer's thread and shares its connection.
final class Timetable {
    /// How much is delivered, or removed, at a time.
    static let rowsPerStep = 500

    private let connection: SQLiteConnection
    private let insertScheduled: SQLiteStatement
    private let findScheduled: SQLiteStatement
    private let findStored: SQLiteStatement
    private let deleteScheduled: SQLiteStatement
    private let due: SQLiteStatement
    private let forget: SQLiteStatement
    private let insertExpiring: SQLiteStatement
    private let expired: SQLiteStatement
    private let deleteExpiring: SQLiteStatement
    private let firstDue: SQLiteStatement
    private let firstExpired: SQLiteStatement
    /// Whether there may be entries to be delivered later; where there are none, nothing is asked for.
    private var mayHaveScheduled = true

    /// The time by the database's clock, in Unix milliseconds.
    static let now = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        insertScheduled = try connection.prepare(
            "INSERT INTO scheduled (feed, id, body, due_at, own_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        findScheduled = try connection.prepare("SELECT 1 FROM scheduled WHERE feed = ? AND id = ?")
        findStored = try connection.prepare("SELECT 1 FROM notifications WHERE feed = ? AND id = ?")
        deleteScheduled = try connection.prepare("DELETE FROM scheduled WHERE feed = ? AND id = ?")
        due = try connection.prepare(
            """
            SELECT feed, id, body, own_id FROM scheduled WHERE due_at <= ?
            ORDER BY due_at, seq LIMIT \(Timetable.rowsPerStep)
            """)
        forget = try connection.prepare(
            "INSERT OR IGNORE INTO forgotten (feed, id, removed_at) VALUES (?, ?, ?)")
        insertExpiring = try connection.prepare(
            "INSERT OR REPLACE INTO expiring (notification, feed, expires_at) VALUES (?, ?, ?)")
        expired = try connection.prepare(
            """
            SELECT e.notification, n.feed, n.id FROM expiring e LEFT JOIN notifications n ON n.seq = e.notification
            WHERE e.expires_at <= ? ORDER BY e.expires_at LIMIT \(Timetable.rowsPerStep)
            """)
        deleteExpiring = try connection.prepare("DELETE FROM expiring WHERE notification = ?")
        firstDue = try connection.prepare("SELECT min(due_at) FROM scheduled")
        firstExpired = try connection.prepare("SELECT min(expires_at) FROM expiring")
    }

    /// When something is next to be delivered or removed, in Unix milliseconds.
    func next() throws(SQLiteError) -> Int64? {
        let due = try first(firstDue)
        mayHaveScheduled = due != nil
        guard let expired = try first(firstExpired) else { return due }
        return due.map { min($0, expired) } ?? expired
    }

    private func first(_ statement: SQLiteStatement) throws(SQLiteError) -> Int64? {
        defer { statement.reset() }
        return try statement.step() ? statement.optionalInt64(0) : nil
    }

    // MARK: - Later

    /// Keeps an entry until it is due; false where one with its id is kept already.
    ///
    /// Where it `hasOwnID`, it came without one, and is delivered without one.
    func schedule(
        _ id: String, hasOwnID: Bool, _ body: UnsafeBufferPointer<UInt8>, of feed: FeedName, dueAt time: Int64
    ) throws(SQLiteError) -> Bool {
        insertScheduled.bind(1, feed.text)
        insertScheduled.bind(2, id)
        insertScheduled.bind(3, text: body)
        insertScheduled.bind(4, time)
        insertScheduled.bind(5, hasOwnID ? 1 : nil as Int64?)
        try insertScheduled.run()
        mayHaveScheduled = true
        return connection.changes > 0
    }

    /// Whether a notification with this id is there.
    func isStored(_ id: String, of feed: FeedName) throws(SQLiteError) -> Bool { try finds(findStored, feed, id) }

    /// Whether an entry with this id is to be delivered later.
    func isScheduled(_ id: String, of feed: FeedName) throws(SQLiteError) -> Bool {
        guard mayHaveScheduled else { return false }
        return try finds(findScheduled, feed, id)
    }

    /// Takes back what was to be delivered later; its id stays known.
    func cancel(_ id: String, of feed: FeedName, at now: Int64) throws(SQLiteError) {
        guard try isScheduled(id, of: feed) else { return }
        try delete(id, feed.text)
        try remember(id, of: feed, at: now)
    }

    /// An entry that is due.
    struct DueEntry {
        let feed: String
        /// `nil` where it came without one.
        let id: String?
        let body: [UInt8]
    }

    /// What is due, the earliest first, which is then no longer kept here.
    func takeDue(at now: Int64) throws(SQLiteError) -> [DueEntry] {
        due.bind(1, now)
        var found: [(id: String, entry: DueEntry)] = []
        while try due.step() {
            let id = due.string(1)
            let hasOwnID = due.optionalInt64(3) != nil
            found.append(
                (id, DueEntry(feed: due.string(0), id: hasOwnID ? nil : id, body: due.withBytes(2) { Array($0) })))
        }
        for (id, entry) in found { try delete(id, entry.feed) }
        return found.map(\.entry)
    }

    private func delete(_ id: String, _ feed: String) throws(SQLiteError) {
        deleteScheduled.bind(1, feed)
        deleteScheduled.bind(2, id)
        try deleteScheduled.run()
    }

    // MARK: - No longer

    /// Notes when a notification expires.
    func expire(_ notification: Int64, of feed: FeedName, at time: Int64) throws(SQLiteError) {
        insertExpiring.bind(1, notification)
        insertExpiring.bind(2, feed.text)
        insertExpiring.bind(3, time)
        try insertExpiring.run()
    }

    /// Notes the id of an entry that is not stored, so that it is not taken in later either.
    func remember(_ id: String, of feed: FeedName, at now: Int64) throws(SQLiteError) {
        forget.bind(1, feed.text)
        forget.bind(2, id)
        forget.bind(3, now)
        try forget.run()
    }

    /// The notifications that have expired, which are then no longer noted here.
    func takeExpired(at now: Int64) throws(SQLiteError) -> [(feed: String, id: String)] {
        expired.bind(1, now)
        var rows: [Int64] = []
        var found: [(feed: String, id: String)] = []
        while try expired.step() {
            rows.append(expired.int64(0))
            // It may have been removed before.
            if let feed = expired.optionalString(1) { found.append((feed, expired.string(2))) }
        }
        for row in rows {
            deleteExpiring.bind(1, row)
            try deleteExpiring.run()
        }
        return found
    }

    private func finds(_ statement: SQLiteStatement, _ feed: FeedName, _ id: String) throws(SQLiteError) -> Bool {
        statement.bind(1, feed.text)
        statement.bind(2, id)
        defer { statement.reset() }
        return try statement.step()
    }
}
