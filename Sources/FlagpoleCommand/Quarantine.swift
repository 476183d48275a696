import Bridge
import Feeds
import SQLite

/// An entry that was set aside, whole.
struct QuarantinedEntry {
    let sequence: Int64
    let feed: String
    let bytes: [UInt8]
    /// As the database has it: a ``BadEntry``, unless a later version wrote it.
    let reason: String
    /// In Unix milliseconds.
    let storedAt: Int64
}

/// The entries that were set aside.
///
/// Each call is a transaction of its own, so that a running bridge hardly waits.
struct Quarantine {
    private let database: DatabaseFile

    init(of configuration: Configuration) throws(CommandError) { database = try DatabaseFile(of: configuration) }

    /// How many entries there are, of one feed or of all.
    func count(of feed: FeedName?) throws(CommandError) -> Int {
        try database.use { connection in
            let statement = try connection.prepare("SELECT count(*) FROM quarantine WHERE feed = ?1 OR ?1 IS NULL")
            statement.bind(1, feed?.text)
            return try statement.step() ? Int(statement.int64(0)) : 0
        }
    }

    /// Which entries there are, of one feed or of all: the newest so many, oldest first.
    func sequences(of feed: FeedName?, newest limit: Int = .max) throws(CommandError) -> [Int64] {
        try database.use { connection in
            let statement = try connection.prepare(
                "SELECT seq FROM quarantine WHERE feed = ?1 OR ?1 IS NULL ORDER BY seq DESC LIMIT ?2")
            statement.bind(1, feed?.text)
            statement.bind(2, limit)
            var sequences: [Int64] = []
            while try statement.step() { sequences.append(statement.int64(0)) }
            return sequences.reversed()
        }
    }

    /// One entry; nil where it is not, or no longer, there.
    func entry(_ sequence: Int64) throws(CommandError) -> QuarantinedEntry? {
        try database.use { connection in
            let statement = try connection.prepare(
                "SELECT feed, entry, reason, stored_at FROM quarantine WHERE seq = ?")
            statement.bind(1, sequence)
            guard try statement.step() else { return nil }
            return QuarantinedEntry(
                sequence: sequence, feed: statement.string(0), bytes: statement.withBytes(1) { Array($0) },
                reason: statement.string(2), storedAt: statement.int64(3))
        }
    }

    /// Removes one entry for good; false where it was not there.
    func remove(_ sequence: Int64) throws(CommandError) -> Bool {
        try database.use { connection in
            let statement = try connection.prepare("DELETE FROM quarantine WHERE seq = ?")
            statement.bind(1, sequence)
            try statement.run()
            return connection.changes > 0
        }
    }
}
