import Feeds
import JSON
import SQLite

/// A page of a feed's notifications that is asked for, the newest first.
struct HistoryQuery: Sendable {
    let feed: FeedName
    var onlyUnread = false
    /// The id of a notification: only what is older.
    var before: String?
    /// The id of a notification: only what is newer.
    var after: String?
    var limit = defaultLimit

    static let defaultLimit = 50
    static let limits = 1...1000
    /// A page ends, with a next one, once it is so large.
    static let pageBytes = 1_048_576
}

extension StreamReading {
    /// A page of a feed's history as JSON, and the id that the next one begins before.
    ///
    /// - Throws: `UnknownNotification` where `before` or `after` names none.
    func history(_ query: HistoryQuery) throws -> [UInt8] {
        try connection.transaction(.deferred) {
            var page = JSONWriter()
            page.beginObject()
            page.name("items")
            page.beginArray()
            let next = try number(of: query.feed).flatMap { try appendItems(query, feed: $0, to: &page) }
            page.endArray()
            page.name("next")
            if let next { page.string(next) } else { page.null() }
            page.endObject()
            return page.bytes
        }
    }

    private func appendItems(_ query: HistoryQuery, feed: Int64, to page: inout JSONWriter) throws -> String? {
        let statement = query.onlyUnread ? unreadHistory : history
        if query.onlyUnread { statement.bind(1, query.feed.text) } else { statement.bind(1, feed) }
        statement.bind(2, try query.before.map { try position($0, query.feed) } ?? .max)
        statement.bind(3, try query.after.map { try position($0, query.feed) } ?? 0)
        defer { statement.reset() }
        var count = 0
        var last: String?
        while try statement.step() {
            // The application may have deleted its row.
            guard let item = try item(statement.int64(0)) else { continue }
            if let last, count == query.limit || page.bytes.count > HistoryQuery.pageBytes { return last }
            page.raw(item.json)
            last = item.id
            count += 1
        }
        return nil
    }

    private func position(_ id: String, _ feed: FeedName) throws -> LogPosition {
        guard let position = try position(of: id, in: [StreamFeed(name: feed, isInbox: false)]) else {
            throw UnknownNotification(id: id)
        }
        return position
    }
}
