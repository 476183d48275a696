import Feeds
import SQLite

/// Rows that the application inserts into `notifications` itself, of kinds with the source `flag+database`.
///
/// A trigger notes each; taking it in gives it its position in the log. Not Sendable: it belongs to the writer's thread.
final class Arrivals {
    /// How many rows are taken in at a time.
    static let rowsPerStep = 500
    /// How many feeds are looked at in one step.
    static let feedsPerStep = 100

    private let connection: SQLiteConnection
    /// The kinds whose rows are noted.
    private let kinds: Set<String>
    private let next: SQLiteStatement
    private let anyFeeds: SQLiteStatement
    private let forget: SQLiteStatement
    private let remove: SQLiteStatement

    /// Notes from now on what is inserted for `kinds`; what was inserted before for a kind that is new to this is noted
    /// too.
    init(_ connection: SQLiteConnection, kinds: [String]) throws {
        self.connection = connection
        self.kinds = Set(kinds)
        next = try connection.prepare(
            """
            SELECT a.notification, n.id, n.body, n.read_at FROM arrivals a
            LEFT JOIN notifications n ON n.seq = a.notification
            WHERE a.feed = ? ORDER BY a.notification LIMIT \(Arrivals.rowsPerStep)
            """)
        anyFeeds = try connection.prepare("SELECT DISTINCT feed FROM arrivals LIMIT \(Arrivals.feedsPerStep)")
        forget = try connection.prepare("DELETE FROM arrivals WHERE notification = ?")
        remove = try connection.prepare("DELETE FROM notifications WHERE seq = ?")
        try installTrigger(kinds)
    }

    private func installTrigger(_ kinds: [String]) throws {
        // A kind's name has no character that means something in SQL or in GLOB.
        let condition = kinds.map { "new.feed GLOB '\($0):*'" }.joined(separator: " OR ")
        let trigger = """
            CREATE TRIGGER notifications_arrive AFTER INSERT ON notifications WHEN \(condition) BEGIN \
            INSERT INTO arrivals (notification, feed) VALUES (new.seq, new.feed); END
            """
        let known = try connection.scalarText("SELECT sql FROM sqlite_schema WHERE name = 'notifications_arrive'")
        guard known != (kinds.isEmpty ? nil : trigger) else { return }
        try connection.transaction {
            try connection.execute("DROP TRIGGER IF EXISTS notifications_arrive")
            guard !kinds.isEmpty else { return }
            try connection.execute(trigger)
            for kind in kinds {
                try connection.execute(
                    """
                    INSERT INTO arrivals (notification, feed)
                    SELECT seq, feed FROM notifications n WHERE feed GLOB '\(kind):*'
                        AND NOT EXISTS (SELECT 1 FROM log WHERE notification = n.seq)
                    ON CONFLICT DO NOTHING
                    """)
            }
        }
    }

    /// A row that has arrived.
    struct Row {
        let sequence: Int64
        let id: String
        let body: [UInt8]
        let readAt: Int64?
    }

    /// The next rows of a feed, which are then no longer noted.
    ///
    /// - Returns: the rows that are still there, and whether there may be more.
    func take(_ feed: String) throws(SQLiteError) -> (rows: [Row], hasMore: Bool) {
        next.bind(1, feed)
        var rows: [Row] = []
        var noted: [Int64] = []
        while try next.step() {
            noted.append(next.int64(0))
            guard let id = next.optionalString(1) else { continue }
            rows.append(
                Row(
                    sequence: next.int64(0), id: id, body: next.withBytes(2) { Array($0) },
                    readAt: next.optionalInt64(3)))
        }
        for sequence in noted { try forget(sequence) }
        return (rows, noted.count == Arrivals.rowsPerStep)
    }

    /// Has a row that the bridge itself inserts, and gives its position, not be noted.
    func forget(_ row: Int64, of feed: FeedName) throws(SQLiteError) {
        guard !kinds.isEmpty, kinds.contains(String(feed.kind)) else { return }
        try forget(row)
    }

    private func forget(_ row: Int64) throws(SQLiteError) {
        forget.bind(1, row)
        try forget.run()
    }

    /// What stands for the feed in rows that have arrived, with or without a flag: it need not be a feed's name.
    func feeds() throws(SQLiteError) -> [String] {
        var found: [String] = []
        while try anyFeeds.step() { found.append(anyFeeds.string(0)) }
        return found
    }

    /// Removes a row that cannot be sent.
    func discard(_ row: Row) throws(SQLiteError) {
        remove.bind(1, row.sequence)
        try remove.run()
    }
}
