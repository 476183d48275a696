import Feeds
import SQLite

/// The marks of ids whose notifications are gone, by which an entry that still lies in Redis is not taken in again.
///
/// The database makes them itself, with whatever is removed. Not Sendable: it belongs to the writer's thread and shares its
/// connection.
final class ForgottenIDs {
    private let connection: SQLiteConnection
    private let find: SQLiteStatement
    private let overdueFeeds: SQLiteStatement
    private let overdue: SQLiteStatement
    private let delete: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        find = try connection.prepare("SELECT 1 FROM forgotten WHERE feed = ? AND id = ?")
        overdueFeeds = try connection.prepare(
            """
            SELECT removed_at, feed FROM forgotten WHERE (removed_at, feed) > (?1, ?2) AND removed_at < ?3
            ORDER BY removed_at, feed LIMIT \(Retention.rowsPerStep)
            """)
        overdue = try connection.prepare("SELECT id FROM forgotten WHERE feed = ? AND removed_at < ?")
        delete = try connection.prepare("DELETE FROM forgotten WHERE feed = ? AND id = ?")
    }

    /// What stands for the feed need not be a feed's name.
    func contains(_ id: String, of feed: String) throws(SQLiteError) -> Bool {
        find.bind(1, feed)
        find.bind(2, id)
        defer { find.reset() }
        return try find.step()
    }

    /// A place among the marks, in the order of their age.
    struct Place {
        var removedAt: Int64 = 0
        var feed = ""
    }

    /// The places behind one that have marks from before `cutoff`, the oldest first; a feed may have several.
    func places(after place: Place, before cutoff: Int64) throws(SQLiteError) -> [Place] {
        overdueFeeds.bind(1, place.removedAt)
        overdueFeeds.bind(2, place.feed)
        overdueFeeds.bind(3, cutoff)
        var places: [Place] = []
        while try overdueFeeds.step() {
            places.append(Place(removedAt: overdueFeeds.int64(0), feed: overdueFeeds.string(1)))
        }
        return places
    }

    /// Removes a feed's marks from before `cutoff`, but for those of `listed` ids; whether there may be more.
    func remove(of feed: String, before cutoff: Int64, except listed: Set<EntryHash>) throws -> Bool {
        overdue.bind(1, feed)
        overdue.bind(2, cutoff)
        defer { overdue.reset() }
        var ids: [String] = []
        while ids.count < Retention.rowsPerStep, try overdue.step() {
            let isListed = overdue.withBytes(0) { listed.contains(EntryHash($0)) }
            if !isListed { ids.append(overdue.string(0)) }
        }
        overdue.reset()
        try connection.transaction {
            for id in ids { try remove(id, of: feed) }
        }
        return ids.count == Retention.rowsPerStep
    }

    /// Forgets that an id was there.
    func remove(_ id: String, of feed: String) throws(SQLiteError) {
        delete.bind(1, feed)
        delete.bind(2, id)
        try delete.run()
    }
}
