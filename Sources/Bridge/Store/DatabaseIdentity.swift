import Feeds
import Glibc
import SQLite

/// What names a database in cursors, and where its log goes on.
struct DatabaseIdentity: Sendable {
    let epoch: String
    /// The last position that may have been given out.
    let last: LogPosition
    /// Whether the epoch is a new one, because the database is new or was restored from a copy.
    let isNewEpoch: Bool

    /// How many positions are set aside at a time.
    static let reservation: LogPosition = 1_000_000

    /// Migrates the database and takes it into use for this run.
    ///
    /// A `pos` is never given out twice, whatever a power cut took from the log's end: positions are reserved ahead, in
    /// blocks, by a transaction that is on the disk before the first of a block is used, and a new run begins behind
    /// the last block.
    ///
    /// A database that was restored from a copy is known by two things that no copy of it has: `lineage`, how the data
    /// directory's lock has looked since its last use, and `marked`, the last position that streams were told of.
    /// `renewLineage` takes the lock into use for this run, and is called only where the database can be written: a
    /// start in vain leaves both as they were.
    static func take(
        _ connection: SQLiteConnection, lineage: String, marked: LogPosition = 0, renewLineage: () -> String
    ) throws -> DatabaseIdentity {
        _ = try Migrator.migrate(connection, Schema.migrations)
        try connection.execute("PRAGMA synchronous = FULL")
        let identity = try identity(connection, lineage, marked)
        let renew = try connection.prepare("UPDATE bridge SET lineage = ?")
        try connection.transaction {
            renew.bind(1, renewLineage())
            try renew.run()
        }
        return identity
    }

    /// Reserves positions, in a new epoch unless it is the database that belongs to the lock.
    private static func identity(
        _ connection: SQLiteConnection, _ lineage: String, _ marked: LogPosition
    ) throws -> DatabaseIdentity {
        try connection.transaction {
            let row = try connection.prepare("SELECT epoch, lineage, last, reserved FROM bridge")
            var known: (epoch: String, lineage: String, last: LogPosition, reserved: LogPosition)?
            if try row.step() { known = (row.string(0), row.string(1), row.int64(2), row.int64(3)) }
            row.reset()
            let isSame = known.map { $0.lineage == lineage && $0.last >= marked } ?? false
            let epoch = isSame ? known?.epoch ?? Cursor.newEpoch() : Cursor.newEpoch()
            let last = max(known?.last ?? 0, known?.reserved ?? 0, marked)
            let write = try connection.prepare(
                """
                INSERT INTO bridge (one, epoch, lineage, last, reserved, purged) VALUES (1, ?1, ?2, ?3, ?4, 0)
                ON CONFLICT DO UPDATE SET epoch = ?1, lineage = ?2, last = ?3, reserved = ?4
                """)
            write.bind(1, epoch)
            write.bind(2, lineage)
            write.bind(3, last)
            write.bind(4, last + reservation)
            try write.run()
            return DatabaseIdentity(epoch: epoch, last: last, isNewEpoch: !isSame)
        }
    }
}
