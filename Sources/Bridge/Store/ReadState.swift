import Feeds
import JSON
import SQLite

/// Which notifications of an inbox are meant.
enum ReadSelection: Sendable {
    case ids([String])
    /// One, and all before it.
    case through(String)
    case all
}

/// A change of a feed that its streams are told of, beside notifications that come.
struct FeedChange: Sendable {
    let kind: LogEntryKind
    /// The event's data as a JSON object, without the feed and the unread count.
    let members: [UInt8]

    static func read(_ selection: ReadSelection, at time: Int64) -> FeedChange {
        FeedChange(kind: .read) { data in
            data.name("read_at")
            data.string(RFC3339.format(unixMilliseconds: time))
            switch selection {
            case .ids(let ids): data.write("ids", ids)
            case .through(let id):
                data.name("through")
                data.string(id)
            case .all:
                data.name("all")
                data.bool(true)
            }
        }
    }

    static func unread(_ ids: [String]) -> FeedChange {
        FeedChange(kind: .unread) { $0.write("ids", ids) }
    }

    static func removed(_ id: String) -> FeedChange {
        FeedChange(kind: .removed) { data in
            data.name("id")
            data.string(id)
        }
    }

    init(kind: LogEntryKind, members: [UInt8]) {
        self.kind = kind
        self.members = members
    }

    private init(kind: LogEntryKind, _ write: (inout JSONWriter) -> Void) {
        var data = JSONWriter()
        data.beginObject()
        write(&data)
        data.endObject()
        self.kind = kind
        members = data.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ name: String, _ ids: [String]) {
        self.name(name)
        beginArray()
        for id in ids { string(id) }
        endArray()
    }
}

/// Changes what is read and what is there, within transactions of the writer's.
///
/// Not Sendable: it belongs to the writer's thread and shares its connection. Each call returns what really changed, so
/// that asking twice tells the streams once.
final class ReadState {
    private let connection: SQLiteConnection
    private let setMarking: SQLiteStatement
    private let readOne: SQLiteStatement
    private let readThrough: SQLiteStatement
    private let unreadOne: SQLiteStatement
    private let removeOne: SQLiteStatement
    private let readUnsent: SQLiteStatement
    private let sequence: SQLiteStatement
    private let foreignChanges: SQLiteStatement
    private let forgetForeignChange: SQLiteStatement

    /// How many ids an event has at most.
    static let idsPerEvent = 1000

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        // What has arrived and was not sent to anyone yet cannot have been read.
        let isTakenIn = "seq NOT IN (SELECT notification FROM arrivals WHERE feed = ?1)"
        setMarking = try connection.prepare("UPDATE bridge SET is_marking = ?")
        readOne = try connection.prepare(
            "UPDATE notifications SET read_at = ?3 WHERE feed = ?1 AND id = ?2 AND read_at IS NULL AND \(isTakenIn)")
        readThrough = try connection.prepare(
            "UPDATE notifications SET read_at = ?3 WHERE feed = ?1 AND read_at IS NULL AND seq <= ?2 AND \(isTakenIn)")
        unreadOne = try connection.prepare(
            "UPDATE notifications SET read_at = NULL WHERE feed = ?1 AND id = ?2 AND read_at IS NOT NULL"
                // What streams do not show cannot be unread either.
                + " AND NOT EXISTS (SELECT 1 FROM log WHERE notification = seq AND kind <> 1)")
        readUnsent = try connection.prepare(
            "UPDATE notifications SET read_at = ?2 WHERE seq = ?1 AND read_at IS NULL RETURNING id")
        removeOne = try connection.prepare("DELETE FROM notifications WHERE feed = ?1 AND id = ?2")
        sequence = try connection.prepare("SELECT seq FROM notifications WHERE feed = ? AND id = ?")
        foreignChanges = try connection.prepare(
            """
            SELECT c.notification, c.feed, n.id, n.read_at,
                EXISTS (SELECT 1 FROM log WHERE notification = c.notification AND kind <> 1) FROM read_changes c
            LEFT JOIN notifications n ON n.seq = c.notification
            ORDER BY c.feed, c.notification LIMIT \(ReadState.idsPerEvent)
            """)
        forgetForeignChange = try connection.prepare("DELETE FROM read_changes WHERE notification = ?")
    }

    /// Marks as read.
    ///
    /// - Throws: `UnknownNotification` where `through` names none.
    func markRead(_ feed: FeedName, _ selection: ReadSelection, at time: Int64) throws -> FeedChange? {
        try marking {
            switch selection {
            case .ids(let ids):
                let changed = try ids.filter { try run(readOne, feed, $0, time) }
                return changed.isEmpty ? nil : .read(.ids(changed), at: time)
            case .through(let id):
                guard let last = try sequence(of: id, in: feed) else { throw UnknownNotification(id: id) }
                return try readAll(feed, upTo: last, time) ? .read(selection, at: time) : nil
            case .all:
                return try readAll(feed, upTo: .max, time) ? .read(selection, at: time) : nil
            }
        }
    }

    func markUnread(_ feed: FeedName, _ ids: [String]) throws -> FeedChange? {
        let changed = try marking { try ids.filter { try run(unreadOne, feed, $0) } }
        return changed.isEmpty ? nil : .unread(changed)
    }

    /// Marks as read what is not sent, or no longer; returns its id if it was unread.
    func markUnsent(_ notification: Int64, at time: Int64) throws -> String? {
        try marking {
            readUnsent.bind(1, notification)
            readUnsent.bind(2, time)
            var id: String?
            while try readUnsent.step() { id = readUnsent.string(0) }
            return id
        }
    }

    /// Removes a notification; its id stays known.
    func remove(_ id: String, from feed: FeedName) throws(SQLiteError) -> FeedChange? {
        try run(removeOne, feed, id) ? .removed(id) : nil
    }

    /// What the application changed of `read_at` by itself, by feed, at most a thousand rows at a time; it is then
    /// taken for told.
    ///
    /// What streams do not show stays read, and nothing is told of it.
    func takeForeignChanges(at time: Int64) throws -> [(feed: String, changes: [FeedChange])] {
        var rows: [(notification: Int64, isUnsent: Bool)] = []
        var found: [(feed: String, read: [(at: Int64, ids: [String])], unread: [String])] = []
        while try foreignChanges.step() {
            let isUnsent = foreignChanges.int64(4) != 0
            rows.append((foreignChanges.int64(0), isUnsent))
            // It may have been removed since.
            guard let id = foreignChanges.optionalString(2) else { continue }
            let feed = foreignChanges.string(1)
            if found.last?.feed != feed { found.append((feed, [], [])) }
            guard !isUnsent else { continue }
            let last = found.count - 1
            if let readAt = foreignChanges.optionalInt64(3) {
                // What was read in one statement mostly was at one time.
                if found[last].read.last?.at != readAt { found[last].read.append((readAt, [])) }
                found[last].read[found[last].read.count - 1].ids.append(id)
            } else {
                found[last].unread.append(id)
            }
        }
        for row in rows {
            if row.isUnsent { _ = try markUnsent(row.notification, at: time) }
            forgetForeignChange.bind(1, row.notification)
            try forgetForeignChange.run()
        }
        return found.map { feed, read, unread in
            (feed, read.map { .read(.ids($0.ids), at: $0.at) } + (unread.isEmpty ? [] : [.unread(unread)]))
        }
    }

    /// Runs `body` so that what it changes is not taken for a change of the application's.
    private func marking<T>(_ body: () throws -> T) throws -> T {
        setMarking.bind(1, 1)
        try setMarking.run()
        let result = try body()
        setMarking.bind(1, 0)
        try setMarking.run()
        return result
    }

    private func sequence(of id: String, in feed: FeedName) throws(SQLiteError) -> Int64? {
        sequence.bind(1, feed.text)
        sequence.bind(2, id)
        defer { sequence.reset() }
        return try sequence.step() ? sequence.int64(0) : nil
    }

    private func readAll(_ feed: FeedName, upTo last: Int64, _ time: Int64) throws(SQLiteError) -> Bool {
        readThrough.bind(1, feed.text)
        readThrough.bind(2, last)
        readThrough.bind(3, time)
        try readThrough.run()
        return connection.changes > 0
    }

    private func run(
        _ statement: SQLiteStatement, _ feed: FeedName, _ id: String, _ time: Int64? = nil
    ) throws(SQLiteError) -> Bool {
        statement.bind(1, feed.text)
        statement.bind(2, id)
        if let time { statement.bind(3, time) }
        try statement.run()
        return connection.changes > 0
    }
}

/// A notification that is not, or no longer, in its feed.
struct UnknownNotification: Error {
    let id: String
}
