import Bridge
import Feeds
import JSON
import SQLite

/// What there is to tell about a feed.
struct FeedSummary {
    let feed: String
    let stored: Int
    /// `nil` of a feed that is no inbox.
    let unread: Int?
    /// `nil` where no bridge tells.
    var streams: Int?
    /// When its newest notification was stored, in Unix milliseconds.
    let lastNews: Int64?

    /// The names of the feeds with the newest news, newest first.
    ///
    /// - Parameters:
    ///   - database: Where they are stored.
    ///   - kind: Only feeds of this kind.
    ///   - limit: How many.
    /// - Returns: The names.
    /// - Throws: What is wrong with the database.
    static func newest(in database: DatabaseFile, kind: String?, limit: Int) throws(CommandError) -> [String] {
        try database.use { connection in
            let statement = try connection.prepare(
                """
                SELECT name FROM feeds JOIN (SELECT feed, max(pos) AS pos FROM log WHERE kind = 1 GROUP BY feed) newest
                    ON newest.feed = feeds.id
                WHERE ?1 IS NULL OR name GLOB ?1 || ':*' ORDER BY pos DESC LIMIT ?2
                """)
            statement.bind(1, kind)
            statement.bind(2, limit)
            var names: [String] = []
            while try statement.step() { names.append(statement.string(0)) }
            return names
        }
    }

    /// What a database has of a feed.
    init(_ feed: String, isInbox: Bool, in database: DatabaseFile) throws(CommandError) {
        self.feed = feed
        let (stored, unread, lastNews) = try database.use { connection in
            let statement = try connection.prepare(
                """
                SELECT (SELECT count(*) FROM notifications WHERE feed = ?1), (\(UnreadCount.query)),
                    (SELECT n.stored_at FROM feeds f JOIN log ON log.feed = f.id AND log.kind = 1
                        JOIN notifications n ON n.seq = log.notification
                        WHERE f.name = ?1 ORDER BY log.pos DESC LIMIT 1)
                """)
            statement.bind(1, feed)
            _ = try statement.step()
            return (
                Int(statement.int64(0)), Int(statement.int64(1)), statement.optionalInt64(2)
            )
        }
        self.stored = stored
        self.unread = isInbox ? unread : nil
        self.lastNews = lastNews
    }

    var row: [String] {
        [
            feed.printable, String(stored), unread.map(String.init) ?? "-", streams.map(String.init) ?? "-",
            lastNews.map { RFC3339.format(unixMilliseconds: $0) } ?? "-",
        ]
    }

    var json: [UInt8] {
        let object: JSONObject = [
            "feed": .string(feed), "stored": .number(String(stored)),
            "unread": unread.map { .number(String($0)) } ?? .null,
            "streams": streams.map { .number(String($0)) } ?? .null,
            "last_news": lastNews.map { .string(RFC3339.format(unixMilliseconds: $0)) } ?? .null,
        ]
        return JSONValue.object(object).encoded() + [UInt8(ascii: "\n")]
    }
}
