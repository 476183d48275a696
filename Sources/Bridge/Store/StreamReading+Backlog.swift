import Feeds
import SQLite

extension StreamReading {
    /// The positions of what a newcomer gets, ascending over all feeds.
    ///
    /// Of a feed that has ended it is the last entry, and of an inbox what is unread beside it.
    func backlogPositions(_ query: StreamQuery, _ snapshot: Snapshot) throws -> [LogPosition] {
        var positions: Set<LogPosition> = []
        for feed in query.feeds {
            if let end = snapshot.ends.first(where: { $0.value == feed.name })?.key {
                positions.insert(end)
                if !feed.isInbox { continue }
            }
            let statement = feed.isInbox ? unreadBacklog : newest
            if feed.isInbox {
                statement.bind(1, feed.name.text)
            } else {
                guard let number = try number(of: feed.name) else { continue }
                statement.bind(1, number)
            }
            statement.bind(2, limits.backlog)
            while try statement.step() { positions.insert(statement.int64(0)) }
        }
        return positions.sorted()
    }

    func backlog(
        _ query: StreamQuery, _ positions: [LogPosition], _ snapshot: Snapshot, upTo last: LogPosition
    ) throws -> StreamPage {
        var page = StreamPage(before: positions.first.map { max($0 - 1, snapshot.purged) } ?? last, after: last)
        for (index, position) in positions.enumerated() {
            try append(position, query, snapshot, to: &page)
            if page.size >= limits.pageBytes && index + 1 < positions.count {
                page.after = position
                page.rest = .rest(Array(positions[(index + 1)...]), snapshot: last)
                break
            }
        }
        return page
    }
}
