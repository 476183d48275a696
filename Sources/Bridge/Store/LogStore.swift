import Feeds
import Glibc
import SQLite

/// The database as its one writer sees it: a connection, its statements, and the log's end.
///
/// Not Sendable: it belongs to `StoreWriter`'s thread.
final class LogStore {
    let connection: SQLiteConnection
    private(set) var last: LogPosition
    private var reserved: LogPosition
    private let setLast: SQLiteStatement
    private let reserve: SQLiteStatement
    private let insertNotification: SQLiteStatement
    private let insertLog: SQLiteStatement
    private let countUnread: SQLiteStatement
    private let findNewestSent: SQLiteStatement
    private let dataVersion: SQLiteStatement
    private let findForeignChange: SQLiteStatement
    let positions: FeedPositions
    let retention: Retention
    let forgotten: ForgottenIDs
    let quarantine: Quarantine
    let readState: ReadState
    let arrivals: Arrivals
    let coalescing: Coalescing
    let timetable: Timetable
    private let insertArrival: SQLiteStatement
    private var knownDataVersion: Int64 = 0

    /// Opens a database that `DatabaseIdentity.take` has taken into use.
    ///
    /// - Throws: `StoreError.replaced` where `epoch` is not its name, or its log ends before `position`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - synchronous: What a commit waits for.
    ///   - epoch: The database's name.
    ///   - position: How far its log reaches at least.
    ///   - kinds: Names of the kinds whose rows the application inserts.
    ///   - patience: How long a call waits for a database that another program has locked.
    init(
        path: String, synchronous: String, epoch: String, atLeast position: LogPosition = 0,
        insertedKinds kinds: [String] = [], patience: SQLitePatience = SQLitePatience(milliseconds: 5000)
    ) throws {
        connection = try SQLiteConnection(path: path, access: .readWrite)
        connection.wait(with: patience)
        try connection.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = \(synchronous);
            PRAGMA cache_size = -8000;
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 67108864;
            PRAGMA foreign_keys = OFF;
            """)
        last = try connection.scalarInt("SELECT last FROM bridge") ?? 0
        guard try connection.scalarText("SELECT epoch FROM bridge") == epoch, last >= position else {
            throw StoreError.replaced(path: path)
        }
        reserved = try connection.scalarInt("SELECT reserved FROM bridge") ?? 0
        setLast = try connection.prepare("UPDATE bridge SET last = ?")
        reserve = try connection.prepare("UPDATE bridge SET reserved = ?")
        insertNotification = try connection.prepare(
            "INSERT INTO notifications (feed, id, body, stored_at, read_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
        )
        insertLog = try connection.prepare(
            """
            INSERT INTO log (pos, feed, kind, notification, data, at, own_id, key, terminal)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        countUnread = try connection.prepare(UnreadCount.query)
        findNewestSent = try connection.prepare(LogStore.newestSent)
        dataVersion = try connection.prepare("PRAGMA data_version")
        findForeignChange = try connection.prepare("SELECT 1 FROM read_changes LIMIT 1")
        positions = try FeedPositions(connection)
        retention = try Retention(connection)
        forgotten = try ForgottenIDs(connection)
        quarantine = try Quarantine(connection)
        readState = try ReadState(connection)
        arrivals = try Arrivals(connection, kinds: kinds)
        coalescing = try Coalescing(connection)
        timetable = try Timetable(connection)
        insertArrival = try connection.prepare(LogStore.insertRow)
    }

    /// A feed's newest notification that was sent and is still there: its position, and whether it was the feed's last.
    static let newestSent = """
        SELECT pos, terminal FROM log WHERE feed = ?1 AND kind = 1 AND NOT EXISTS (
            SELECT 1 FROM expiring e WHERE e.notification = log.notification AND e.expires_at <= \(Timetable.now))
        ORDER BY pos DESC LIMIT 1
        """

    /// Inserts a row as the application does; an id that is there is there.
    static let insertRow = "INSERT INTO notifications (feed, id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"

    /// Whether another connection changed the database since this was last asked, as the application may.
    func wasChangedElsewhere() throws(SQLiteError) -> Bool {
        _ = try dataVersion.step()
        defer { dataVersion.reset() }
        let version = dataVersion.int64(0)
        defer { knownDataVersion = version }
        return version != knownDataVersion
    }

    func unread(_ feed: FeedName) throws(SQLiteError) -> Int {
        countUnread.bind(1, feed.text)
        _ = try countUnread.step()
        defer { countUnread.reset() }
        return Int(countUnread.int64(0))
    }

    /// Whether a feed has had its last entry, behind a position, and nothing that was sent came behind it.
    func hasEnded(_ feed: Int64, after position: LogPosition = 0) throws(SQLiteError) -> Bool {
        findNewestSent.bind(1, feed)
        defer { findNewestSent.reset() }
        guard try findNewestSent.step(), findNewestSent.int64(0) > position else { return false }
        return findNewestSent.optionalInt64(1) != nil
    }

    /// A notification to store.
    struct NewNotification {
        let feed: FeedName
        /// The feed's number.
        let number: Int64
        let id: String
        /// Whether the bridge gave the id, since the entry had none.
        let hasOwnID: Bool
        let event: String?
        let body: UnsafeBufferPointer<UInt8>
        /// When it expires, in Unix milliseconds.
        var expiresAt: Int64?
        var ruling = EntryRuling()
    }

    /// Stores one notification and gives it its position.
    ///
    /// - Returns: the position, or `nil` where the id was taken in before.
    func insert(_ new: NewNotification, at time: Int64) throws(SQLiteError) -> LogPosition? {
        guard try !forgotten.contains(new.id, of: new.feed.text), try !timetable.isScheduled(new.id, of: new.feed)
        else {
            return nil
        }
        insertNotification.bind(1, new.feed.text)
        insertNotification.bind(2, new.id)
        insertNotification.bind(3, text: new.body)
        insertNotification.bind(4, time)
        // What is never sent is never unread.
        insertNotification.bind(5, new.ruling.isSent ? nil : time)
        try insertNotification.run()
        guard connection.changes > 0 else { return nil }
        let row = connection.lastInsertRowID
        try arrivals.forget(row, of: new.feed)
        if let expiresAt = new.expiresAt { try timetable.expire(row, of: new.feed, at: expiresAt) }
        return try append(
            new.ruling, hasOwnID: new.hasOwnID, feed: new.number, notification: row, event: new.event, at: time)
    }

    /// Gives a row that the application inserted its position; `nil` where its id was taken in before.
    func append(
        _ row: Arrivals.Row, _ feed: FeedName, _ number: Int64, event: String?, _ ruling: EntryRuling, at time: Int64
    ) throws -> LogPosition? {
        guard try !forgotten.contains(row.id, of: feed.text) else { return nil }
        if !ruling.isSent { _ = try readState.markUnsent(row.sequence, at: time) }
        return try append(
            ruling, hasOwnID: false, feed: number, notification: row.sequence, event: event, at: time)
    }

    private func append(
        _ ruling: EntryRuling, hasOwnID: Bool, feed: Int64, notification: Int64, event: String?, at time: Int64
    ) throws(SQLiteError) -> LogPosition {
        insertLog.bind(7, hasOwnID ? 1 : nil as Int64?)
        // A feed's last entry is sent whatever follows it, so nothing supersedes it.
        insertLog.bind(8, ruling.isTerminal ? nil : ruling.key)
        insertLog.bind(9, ruling.isTerminal ? 1 : nil as Int64?)
        return try append(
            ruling.isSent ? .notification : .withheld, feed: feed, notification: notification, data: event, at: time)
    }

    /// Inserts a row as the application would.
    func insertRow(_ feed: FeedName, _ id: String, _ body: [UInt8]) throws(SQLiteError) {
        insertArrival.bind(1, feed.text)
        insertArrival.bind(2, id)
        insertArrival.bind(3, text: body)
        try insertArrival.run()
    }

    /// Whether an id was taken in before: of what is stored, gone, or yet to be delivered.
    func isKnown(_ id: String, _ feed: FeedName) throws(SQLiteError) -> Bool {
        if try forgotten.contains(id, of: feed.text) { return true }
        if try timetable.isStored(id, of: feed) { return true }
        return try timetable.isScheduled(id, of: feed)
    }

    /// Whether the application changed read state by itself since streams were last told.
    var hasForeignChanges: Bool {
        get throws(SQLiteError) {
            defer { findForeignChange.reset() }
            return try findForeignChange.step()
        }
    }

    /// Stores a change of a feed and gives it its position, within a transaction.
    func append(
        _ change: FeedChange, _ feed: FeedName, _ number: Int64, unread: Int?, opens: Bool = false, at time: Int64
    ) throws(SQLiteError) -> CommittedChange {
        let position = try append(
            change.kind, feed: number, data: String(decoding: change.members, as: UTF8.self), at: time)
        return CommittedChange(position: position, feed: feed, change: change, unread: unread, opensFeed: opens)
    }

    /// Stores a broadcast event and gives it its position, within a transaction.
    func append(_ event: BroadcastEvent, at time: Int64) throws(SQLiteError) -> CommittedBroadcast {
        let position = try append(.broadcast, feed: LogStore.broadcasts, data: event.record, at: time)
        return CommittedBroadcast(position: position, event: event)
    }

    /// What stands for the feed in the log's rows of broadcast events; no feed has this number.
    static let broadcasts: Int64 = 0

    /// Appends what is of no notification to the log, within a transaction.
    private func append(
        _ kind: LogEntryKind, feed: Int64, data: String, at time: Int64
    ) throws(SQLiteError) -> LogPosition {
        for column in 7...9 { insertLog.bindNull(column) }
        return try append(kind, feed: feed, notification: nil, data: data, at: time)
    }

    /// Appends to the log, within a transaction.
    private func append(
        _ kind: LogEntryKind, feed: Int64, notification: Int64?, data: String?, at time: Int64
    ) throws(SQLiteError) -> LogPosition {
        last += 1
        insertLog.bind(1, last)
        insertLog.bind(2, feed)
        insertLog.bind(3, kind.rawValue)
        insertLog.bind(4, notification)
        insertLog.bind(5, data)
        insertLog.bind(6, time)
        try insertLog.run()
        return last
    }

    /// Runs `body` as one transaction that may append to the log.
    ///
    /// What fails leaves the log's end where it was.
    func transaction<T>(appending count: Int, _ body: () throws -> T) throws -> T {
        if last + LogPosition(count) > reserved { try reserveMore(count) }
        let before = last
        do {
            let result = try connection.transaction {
                let result = try body()
                if last != before {
                    setLast.bind(1, last)
                    try setLast.run()
                    Faults.reach(.written)
                }
                return result
            }
            if last != before { try Faults.fail(after: .committed) }
            return result
        } catch {
            last = before
            throw error
        }
    }

    /// Writes what is written already, to see whether that can be done.
    func rewriteLast() throws(SQLiteError) {
        setLast.bind(1, last)
        try setLast.run()
    }

    /// Sets the next positions aside, on the disk before the first of them is used.
    private func reserveMore(_ count: Int) throws {
        let target = last + LogPosition(count) + DatabaseIdentity.reservation
        let synchronous = try connection.scalarInt("PRAGMA synchronous") ?? 1
        try connection.execute("PRAGMA synchronous = FULL")
        defer { try? connection.execute("PRAGMA synchronous = \(synchronous)") }
        reserve.bind(1, target)
        try reserve.run()
        reserved = target
    }
}
