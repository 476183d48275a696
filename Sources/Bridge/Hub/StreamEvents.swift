import Feeds
import HTTP
import JSON

/// Encodes the bridge's events as blocks of an event stream, not framed for HTTP.
enum StreamEvents {
    static func append(id: Cursor?, event: String?, data: [UInt8], to out: inout [UInt8]) {
        ServerSentEvent.append(
            id: id?.bytes, event: event.map { Array($0.utf8) }, data: data.span, to: &out)
    }

    static func append(id: Cursor?, event: String?, data: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        ServerSentEvent.append(
            id: id?.bytes, event: event.map { Array($0.utf8) }, data: data.span, to: &out)
    }

    /// The first event of every stream: what it carries, and the cursor before all that follows.
    static func appendWelcome(
        _ cursor: Cursor?, clientID: UInt64, feeds: [StreamFeed], unread: [(feed: FeedName, count: Int)]?,
        pingMilliseconds: Int, time: Int64, to out: inout [UInt8]
    ) {
        var data = JSONWriter()
        data.bytes.reserveCapacity(192)
        data.beginObject()
        data.name("client_id")
        data.string(hexadecimal(clientID))
        data.name("feeds")
        data.beginArray()
        for feed in feeds { data.string(feed.name.text) }
        data.endArray()
        if let unread { write(unread, to: &data) }
        data.name("ping_ms")
        data.int(pingMilliseconds)
        data.name("server_time")
        data.string(RFC3339.format(unixMilliseconds: time))
        data.endObject()
        append(id: cursor, event: "welcome", data: data.bytes, to: &out)
    }

    /// Says that what follows is new.
    static func appendLive(_ cursor: Cursor, unread: [(feed: FeedName, count: Int)], to out: inout [UInt8]) {
        var data = JSONWriter()
        data.beginObject()
        write(unread, to: &data)
        data.endObject()
        append(id: cursor, event: "live", data: data.bytes, to: &out)
    }

    /// A change of read state, or a removal.
    static func append(
        _ cursor: Cursor, _ change: FeedChange, of feed: FeedName, unread: Int?, to out: inout [UInt8]
    ) {
        append(id: cursor, event: change.kind.eventName, data: data(of: change, feed, unread: unread), to: &out)
    }

    static func data(of change: FeedChange, _ feed: FeedName, unread: Int?) -> [UInt8] {
        var data = JSONWriter()
        data.beginObject()
        data.name("feed")
        data.string(feed.text)
        data.members(of: change.members)
        data.name("unread")
        if let unread { data.int(unread) } else { data.null() }
        data.endObject()
        return data.bytes
    }

    /// What is released as one event, and `end` if it is its feed's last.
    static func append(_ release: PacedRelease, id: Cursor?, to out: inout [UInt8]) {
        if release.isBatch {
            appendBatch(release, id: id, to: &out)
        } else {
            for event in release.events { append(id: id, event: event.name, data: event.data, to: &out) }
        }
        if let id, release.events.last?.endsFeed == true { appendEnd(id, of: release.feed, to: &out) }
    }

    private static func appendBatch(_ release: PacedRelease, id: Cursor?, to out: inout [UInt8]) {
        var data = JSONWriter()
        data.beginObject()
        data.name("batch")
        data.beginArray()
        for event in release.events { data.raw(event.data) }
        data.endArray()
        data.name("count")
        data.int(release.events.count)
        data.endObject()
        append(id: id, event: release.batchEvent, data: data.bytes, to: &out)
    }

    /// Says that a feed has had its last entry.
    static func appendEnd(_ cursor: Cursor, of feed: FeedName, to out: inout [UInt8]) {
        var data = JSONWriter()
        data.beginObject()
        data.name("feed")
        data.string(feed.text)
        data.endObject()
        append(id: cursor, event: "end", data: data.bytes, to: &out)
    }

    /// A heartbeat.
    ///
    /// It has no id, so that it moves no cursor.
    static func appendPing(time: Int64, to out: inout [UInt8]) {
        var data = JSONWriter()
        data.beginObject()
        data.name("server_time")
        data.string(RFC3339.format(unixMilliseconds: time))
        data.endObject()
        append(id: nil, event: "ping", data: data.bytes, to: &out)
    }

    /// The last event of a stream that the bridge ends: why, and when to come back.
    static func appendGoodbye(reason: String, retryMilliseconds: Int, to out: inout [UInt8]) {
        ServerSentEvent.appendRetry(retryMilliseconds, to: &out)
        var data = JSONWriter()
        data.beginObject()
        data.name("reason")
        data.string(reason)
        data.endObject()
        append(id: nil, event: "goodbye", data: data.bytes, to: &out)
    }

    /// The last event of a stream whose token has ended.
    static func appendExpired(to out: inout [UInt8]) {
        append(id: nil, event: "auth-expired", data: Array("{}".utf8), to: &out)
    }

    private static func write(_ unread: [(feed: FeedName, count: Int)], to data: inout JSONWriter) {
        data.name("unread")
        data.beginObject()
        for (feed, count) in unread {
            data.name(feed.text)
            data.int(count)
        }
        data.endObject()
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What surrounds a notification on a stream of several feeds.
struct Envelope {
    let feed: String
    /// `nil` where it has none, since it is stored nowhere.
    let id: String?
    let isReplay: Bool
    /// When it was read, in Unix milliseconds.
    let readAt: Int64?
    /// The feed's unread count; `nil` where it is no inbox.
    let unread: Int?

    /// The enveloped notification as JSON.
    func wrapping(_ body: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var data = JSONWriter()
        data.bytes.reserveCapacity(body.count + 160)
        data.beginObject()
        data.name("feed")
        data.string(feed)
        data.name("id")
        if let id { data.string(id) } else { data.null() }
        data.name("replay")
        data.bool(isReplay)
        data.name("read_at")
        if let readAt { data.string(RFC3339.format(unixMilliseconds: readAt)) } else { data.null() }
        data.name("unread")
        if let unread { data.int(unread) } else { data.null() }
        data.name("body")
        data.raw(body)
        data.endObject()
        return data.bytes
    }
}
