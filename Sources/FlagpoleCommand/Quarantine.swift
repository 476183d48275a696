import Bridge
import Feeds
import Glibc
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

/// The entries that were set aside: a connection to the database beside the bridge's own.
///
/// Each call is a transaction of its own, so that a running bridge hardly waits.
struct Quarantine {
    private let path: String
    private let connection: SQLiteConnection

    /// Opens a database that is there and has this version's schema.
    init(of configuration: Configuration) throws(CommandError) {
        let path = configuration.databasePath
        guard access(path, F_OK) == 0 else {
            throw .failure("there is no database at \(path): `flagpole serve` makes it")
        }
        self.path = path
        connection = try Self.describing(path) {
            let connection = try SQLiteConnection(path: path, access: .readWrite, busyTimeoutMilliseconds: 5000)
            guard try Migrator.status(connection, Schema.migrations).allSatisfy({ $0.appliedAt != nil }) else {
                throw CommandError.failure("it lacks migrations: `flagpole migrate` applies them")
            }
            // What a power cut undoes here is only done once more.
            try connection.execute("PRAGMA synchronous = NORMAL")
            return connection
        }
    }

    /// How many entries there are, of one feed or of all.
    func count(of feed: FeedName?) throws(CommandError) -> Int {
        try Self.describing(path) {
            let statement = try connection.prepare("SELECT count(*) FROM quarantine WHERE feed = ?1 OR ?1 IS NULL")
            statement.bind(1, feed?.text)
            return try statement.step() ? Int(statement.int64(0)) : 0
        }
    }

    /// Which entries there are, of one feed or of all: the newest so many, oldest first.
    func sequences(of feed: FeedName?, newest limit: Int = .max) throws(CommandError) -> [Int64] {
        try Self.describing(path) {
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
        try Self.describing(path) {
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
        try Self.describing(path) {
            let statement = try connection.prepare("DELETE FROM quarantine WHERE seq = ?")
            statement.bind(1, sequence)
            try statement.run()
            return connection.changes > 0
        }
    }

    private static func describing<T>(_ path: String, _ body: () throws -> T) throws(CommandError) -> T {
        do {
            return try body()
        } catch {
            throw .failure("\(path): \(error)")
        }
    }
}
