import Feeds
import SQLite

extension StreamReading {
    func replay(_ query: StreamQuery, after cursor: LogPosition, _ snapshot: Snapshot) throws -> StreamPage {
        var page = StreamPage(before: cursor, after: snapshot.last)
        if query.isOpening { appendEnds(upTo: cursor, snapshot, to: &page) }
        var positions: [(position: LogPosition, isTold: Bool)] = []
        var isComplete = true
        for feed in query.feeds {
            guard let number = try number(of: feed.name) else { continue }
            following.bind(1, number)
            following.bind(2, cursor)
            following.bind(3, limits.pageEntries)
            let before = positions.count
            while try following.step() {
                let isTold = LogEntryKind(rawValue: following.int64(1))?.isTold ?? false
                positions.append((following.int64(0), isTold))
            }
            if positions.count - before == limits.pageEntries { isComplete = false }
        }
        positions.sort { $0.position < $1.position }
        // Where one feed has more, the others are known only as far as it was looked at.
        if positions.count > limits.pageEntries {
            positions.removeLast(positions.count - limits.pageEntries)
            isComplete = false
        }
        for (position, isTold) in positions {
            if isTold { try append(position, query, snapshot, to: &page) }
            page.after = position
            if page.size >= limits.pageBytes && (position != positions.last?.position || !isComplete) {
                page.rest = .after(position)
                return page
            }
        }
        if isComplete { page.after = snapshot.last } else { page.rest = .after(page.after) }
        return page
    }

    func position(of id: String, in feeds: [StreamFeed]) throws -> LogPosition? {
        var found: LogPosition?
        for feed in feeds {
            positionOfID.bind(1, feed.name.text)
            positionOfID.bind(2, id)
            guard try positionOfID.step() else { continue }
            let position = positionOfID.int64(0)
            positionOfID.reset()
            // The same id in two of the stream's feeds names no place in the stream.
            guard found == nil else { return nil }
            found = position
        }
        return found
    }
}
