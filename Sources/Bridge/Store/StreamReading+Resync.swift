import Feeds
import JSON
import SQLite

extension StreamReading {
    /// The newest of each feed within one event of at most about a megabyte; the event's id is the cursor after it.
    func resync(_ query: StreamQuery, _ reason: ResyncReason, _ snapshot: Snapshot) throws -> StreamPage {
        var page = StreamPage(before: nil, after: snapshot.last)
        var data = JSONWriter()
        data.beginObject()
        data.name("feeds")
        data.beginObject()
        for feed in query.feeds where feed.name != .broadcasts {
            data.name(feed.name.text)
            data.beginObject()
            data.name("reason")
            data.string(reason.rawValue)
            data.name("items")
            data.beginArray()
            var single = StreamQuery(feeds: [feed], start: query.start, isEnveloped: query.isEnveloped)
            single.conditions = query.conditions
            for item in try newestItems(single, snapshot, maximumBytes: 1_048_576 / query.feeds.count, of: &page) {
                data.raw(item)
            }
            data.endArray()
            if let count = snapshot.unread[feed.name] {
                data.name("unread")
                data.int(count)
            }
            data.endObject()
        }
        data.endObject()
        data.endObject()
        page.eventCount = 1
        StreamEvents.append(
            id: Cursor(epoch: snapshot.epoch, position: snapshot.last), event: "resync", data: data.bytes,
            to: &page.events)
        appendEnds(upTo: snapshot.last, snapshot, to: &page)
        return page
    }

    private func newestItems(
        _ query: StreamQuery, _ snapshot: Snapshot, maximumBytes: Int, of page: inout StreamPage
    ) throws -> [[UInt8]] {
        var items: [[UInt8]] = []
        var size = 0
        for position in try backlogPositions(query, snapshot).reversed() {
            guard let entry = try entry(at: position), entry.kind == .notification, try isWanted(entry, query),
                let item = try item(entry.notification)?.json
            else { continue }
            size += item.count
            guard size <= maximumBytes || items.isEmpty else { break }
            items.append(item)
            try noteDelivery(of: entry.notification, query, in: &page)
        }
        return items.reversed()
    }

    private func noteDelivery(of sequence: Int64, _ query: StreamQuery, in page: inout StreamPage) throws {
        notification.bind(1, sequence)
        defer { notification.reset() }
        if try notification.step() { noteDelivery(query, in: &page) }
    }

    /// A notification's id, and the notification as the history shows it.
    func item(_ sequence: Int64) throws -> (id: String, json: [UInt8])? {
        notification.bind(1, sequence)
        guard try notification.step() else { return nil }
        defer { notification.reset() }
        let id = notification.string(1)
        var item = JSONWriter()
        item.beginObject()
        item.name("id")
        item.string(id)
        item.name("feed")
        item.string(notification.string(0))
        item.name("body")
        notification.withBytes(2) { item.raw($0) }
        item.name("stored_at")
        item.string(RFC3339.format(unixMilliseconds: notification.int64(3)))
        item.name("read_at")
        if let time = notification.optionalInt64(4) {
            item.string(RFC3339.format(unixMilliseconds: time))
        } else {
            item.null()
        }
        item.endObject()
        return (id, item.bytes)
    }
}
