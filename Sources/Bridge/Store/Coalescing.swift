import Feeds
import SQLite

/// Has newer notifications take the place of older ones with the same key, within transactions of the writer's.
///
/// Not Sendable: it belongs to the writer's thread and shares its connection.
final class Coalescing {
    private let supersede: SQLiteStatement

    /// A notification in whose place a newer one is sent.
    struct Superseded {
        let position: LogPosition
        /// Its row.
        let notification: Int64
    }

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        // A feed's last entry has no key in the log, and so is never superseded.
        supersede = try connection.prepare(
            """
            UPDATE log SET kind = \(LogEntryKind.superseded.rawValue), key = NULL
            WHERE feed = ?1 AND key = ?2 AND kind = 1 AND pos < ?3 RETURNING pos, notification
            """)
    }

    /// Takes what a feed has of this key before a position out of what is sent.
    func supersede(_ feed: Int64, _ key: String, before position: LogPosition) throws(SQLiteError) -> [Superseded] {
        supersede.bind(1, feed)
        supersede.bind(2, key)
        supersede.bind(3, position)
        var found: [Superseded] = []
        while try supersede.step() {
            found.append(Superseded(position: supersede.int64(0), notification: supersede.int64(1)))
        }
        return found
    }
}
