import Feeds
import HTTPServer

/// Where a stream begins.
enum StreamStart: Hashable, Sendable {
    /// With what a newcomer sees: an inbox's unread, another feed's newest.
    case backlog
    /// With what comes from now on (`?since=now`).
    case now
    /// Behind a cursor's position.
    case after(LogPosition)
    /// Behind a notification of one of the feeds, named by its id.
    case afterNotification(String)
    /// With a snapshot, since what the client presented cannot be continued from.
    case snapshot(ResyncReason)
    /// With what is left of a backlog: these positions, then what follows `snapshot`.
    case rest([LogPosition], snapshot: LogPosition)
}

/// Why a stream cannot be continued from what its client presented.
enum ResyncReason: String, Hashable, Sendable {
    case unknownCursor = "unknown-cursor"
    case pastRetention = "past-retention"
    case newEpoch = "new-epoch"
}

/// What the reader is asked for: the next part of a stream.
struct StreamQuery: Hashable, Sendable {
    let feeds: [StreamFeed]
    let start: StreamStart
    /// Whether notifications come in an envelope that names their feed.
    let isEnveloped: Bool
    /// What a notification has to meet beside the rules of its kind.
    var conditions: [EntryCondition] = []
    /// Whether it is the stream's first part: one that comes back is told again what has ended.
    var isOpening = false
    /// Whether the stream may have to wait for notifications: then the page has its events one by one.
    var isPaced = false
}

/// A feed as a stream's query needs it.
struct StreamFeed: Hashable, Sendable {
    let name: FeedName
    let isInbox: Bool
    /// Whether its notifications count as read once they are delivered.
    var isReadOnDelivery = false
    /// Whether its kind says what its last entry is.
    var canEnd = false
}

/// A notification that a stream was sent, and that counts as read once it has arrived.
struct DeliveredNotification: Hashable, Sendable {
    let feed: FeedName
    let id: String
}

/// The next part of a stream: events, ready to be sent, and where they lead.
struct StreamPage: Sendable {
    /// The cursor before these events; `nil` before a snapshot, which must not be taken for granted before it arrived.
    var before: LogPosition?
    /// Encoded events, not framed; empty if there are none.
    var events: [UInt8] = []
    var eventCount = 0
    /// The same for a stream that may have to wait for some of them.
    var paced: [PagedEvent] = []
    private var pacedBytes = 0
    /// The cursor after them.
    var after: LogPosition
    /// What is still to come, if it did not fit into this page.
    var rest: StreamStart?
    /// Which of the notifications count as read once they have arrived, and do not yet.
    var unreadOnDelivery: [DeliveredNotification] = []
    /// The unread counts of the stream's inboxes.
    var unread: [(feed: FeedName, count: Int)] = []
    /// The feeds that have ended, where nothing is still to come, and the positions of their last entries.
    var ended: [FeedName: LogPosition] = [:]
    /// Whether all feeds of the stream have ended, also where something is still to come.
    var haveAllEnded = false

    init(before: LogPosition?, after: LogPosition) {
        self.before = before
        self.after = after
    }

    /// About how many bytes it has.
    var size: Int { events.count + pacedBytes }

    mutating func append(_ event: PagedEvent) {
        paced.append(event)
        // An entry has its line of id, its name, and what frames it.
        pacedBytes += event.event.data.count + 50
    }
}
