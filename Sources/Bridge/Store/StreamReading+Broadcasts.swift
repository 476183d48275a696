import Feeds
import Reactor

extension StreamReading {
    /// Appends a broadcast event, unless it is too old to be replayed.
    func appendBroadcast(_ entry: LogEntry, _ cursor: Cursor, _ query: StreamQuery, to page: inout StreamPage) {
        guard entry.at >= WallClock.unixMilliseconds - StoreWriter.broadcastRetentionMilliseconds,
            let event = entry.data.flatMap(BroadcastEvent.init(record:))
        else { return }
        guard !query.isPaced else {
            let paced = PacedEvent(position: cursor.position, name: event.name, data: event.data)
            return page.append(PagedEvent(feed: .broadcasts, event: paced, isChange: true))
        }
        page.eventCount += 1
        StreamEvents.append(id: cursor, event: event.name, data: event.data, to: &page.events)
    }
}
