import Feeds
import SQLite

/// Feeds that have ended, and conditions of a stream's own.
extension StreamReading {
    /// Those of the feeds whose newest sent notification is their last, by its position.
    func ends(of feeds: [StreamFeed]) throws -> [LogPosition: FeedName] {
        var ends: [LogPosition: FeedName] = [:]
        for feed in feeds where feed.canEnd {
            guard let number = try number(of: feed.name) else { continue }
            lastSent.bind(1, number)
            defer { lastSent.reset() }
            if try lastSent.step(), lastSent.optionalInt64(1) != nil { ends[lastSent.int64(0)] = feed.name }
        }
        return ends
    }

    /// Whether all feeds of a stream have ended, and its client has had their last entries.
    func isOver(_ query: StreamQuery) throws -> Bool {
        try connection.transaction(.deferred) {
            let last = try logEnds().last
            let known: LogPosition? =
                switch query.start {
                case .after(let position): position
                case .afterNotification(let id): try position(of: id, in: query.feeds)
                case .backlog, .now, .snapshot, .rest: nil
                }
            // A cursor beyond the log's end is none of this log.
            guard let known, known <= last else { return false }
            let ends = try ends(of: query.feeds)
            return ends.count == query.feeds.count && ends.keys.allSatisfy { $0 <= known }
        }
    }

    /// Says that a feed has ended, if its last entry is at this position.
    func appendEnd(at position: LogPosition, _ snapshot: Snapshot, to page: inout StreamPage) {
        guard let feed = snapshot.ends[position] else { return }
        StreamEvents.appendEnd(Cursor(epoch: snapshot.epoch, position: position), of: feed, to: &page.events)
    }

    /// Says that feeds have ended whose last entries are at or before `cursor`.
    func appendEnds(upTo cursor: LogPosition, _ snapshot: Snapshot, to page: inout StreamPage) {
        for (_, feed) in snapshot.ends.filter({ $0.key <= cursor }).sorted(by: { $0.key < $1.key }) {
            StreamEvents.appendEnd(Cursor(epoch: snapshot.epoch, position: cursor), of: feed, to: &page.events)
        }
    }

    /// Whether a stream wants a notification.
    func isWanted(_ entry: LogEntry, _ query: StreamQuery) throws -> Bool {
        guard !query.conditions.isEmpty else { return true }
        notification.bind(1, entry.notification)
        defer { notification.reset() }
        return try notification.step() && meetsConditions(entry, query)
    }

    /// Whether a stream wants the notification that the statement stands at.
    ///
    /// A feed's last entry everyone gets.
    func meetsConditions(_ entry: LogEntry, _ query: StreamQuery) -> Bool {
        guard !query.conditions.isEmpty, !entry.isTerminal else { return true }
        if judge?.conditions != query.conditions {
            judge = (query.conditions, EntryJudge(EntryRules(conditions: query.conditions)))
        }
        return notification.withBytes(2) { judge?.judge.judge($0).isSent ?? true }
    }
}
