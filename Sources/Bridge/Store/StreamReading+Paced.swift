import Feeds
import SQLite

/// Pages of streams that may have to wait for some of their events: these are not encoded, since only the hub knows
/// what cursor each is sent with.
extension StreamReading {
    /// Appends the notification that the statement stands at.
    func appendPaced(
        _ position: LogPosition, _ entry: LogEntry, _ query: StreamQuery, _ snapshot: Snapshot,
        to page: inout StreamPage
    ) {
        guard let feed = FeedName(notification.string(0)) else { return }
        let data = notification.withBytes(2) { body in
            query.isEnveloped ? envelope(snapshot).wrapping(body) : Array(body)
        }
        let event = PacedEvent(
            position: position, name: entry.data, data: data, readOnDelivery: readOnDelivery(query)?.id,
            isTerminal: entry.isTerminal, endsFeed: snapshot.ends[position] != nil)
        page.append(PagedEvent(feed: feed, event: event, isChange: false))
    }

    func appendPaced(
        _ change: FeedChange, of feed: FeedName, _ position: LogPosition, _ snapshot: Snapshot,
        to page: inout StreamPage
    ) {
        let data = StreamEvents.data(of: change, feed, unread: snapshot.unread[feed])
        let event = PacedEvent(position: position, name: change.kind.eventName, data: data)
        page.append(PagedEvent(feed: feed, event: event, isChange: true))
    }
}
