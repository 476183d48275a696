import Feeds
import SQLite

/// The entries that could not be taken in, whole, and the hashes by which they are known when they are read again.
///
/// Not Sendable: it belongs to the writer's thread and shares its connection.
final class Quarantine {
    private let connection: SQLiteConnection
    private let insert: SQLiteStatement
    private let insertHash: SQLiteStatement
    private let find: SQLiteStatement
    private let redate: SQLiteStatement
    private let delete: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        insert = try connection.prepare("INSERT INTO quarantine (feed, entry, reason, stored_at) VALUES (?, ?, ?, ?)")
        insertHash = try connection.prepare(
            "INSERT OR REPLACE INTO quarantine_hashes (quarantine, feed, hash) VALUES (?, ?, ?)")
        find = try connection.prepare("SELECT 1 FROM quarantine_hashes WHERE feed = ? AND hash = ?")
        redate = try connection.prepare(
            """
            UPDATE quarantine SET stored_at = ?1 WHERE seq IN (
                SELECT seq FROM quarantine WHERE stored_at > ?1 LIMIT \(Retention.rowsPerStep))
            """)
        delete = try connection.prepare(
            """
            DELETE FROM quarantine WHERE seq IN (
                SELECT seq FROM quarantine WHERE stored_at < ? ORDER BY stored_at LIMIT \(Retention.rowsPerStep))
            """)
    }

    /// Sets an entry aside, within a transaction; what stands for its feed need not be a feed's name.
    func add(
        feed: String, reason: BadEntry, entry: UnsafeBufferPointer<UInt8>, at time: Int64
    ) throws(SQLiteError) {
        insert.bind(1, feed)
        insert.bind(2, blob: entry)
        insert.bind(3, reason.rawValue)
        insert.bind(4, time)
        try insert.run()
        insertHash.bind(1, connection.lastInsertRowID)
        insertHash.bind(2, feed)
        insertHash.bind(3, Int64(bitPattern: EntryHash(entry).rawValue))
        try insertHash.run()
    }

    /// Whether an entry with the hash of these bytes was set aside before, of this feed.
    func contains(_ entry: UnsafeBufferPointer<UInt8>, of feed: FeedName) throws(SQLiteError) -> Bool {
        find.bind(1, feed.text)
        find.bind(2, Int64(bitPattern: EntryHash(entry).rawValue))
        defer { find.reset() }
        return try find.step()
    }

    /// Removes the oldest of what was set aside, as far as that was before `cutoff`; what a wrong clock dated into the
    /// future counts from now.
    ///
    /// - Returns: whether there may be more.
    func remove(before cutoff: Int64, now: Int64) throws(SQLiteError) -> Bool {
        redate.bind(1, now)
        try redate.run()
        let redated = connection.changes
        delete.bind(1, cutoff)
        try delete.run()
        return max(redated, connection.changes) == Retention.rowsPerStep
    }
}
