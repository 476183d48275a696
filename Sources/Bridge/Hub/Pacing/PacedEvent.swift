import Feeds

/// A notification, or another event of one feed, on a stream that may have to wait for it.
///
/// One object for all streams that it goes to.
final class PacedEvent: Sendable {
    /// Its place in the log; `nil` for what is stored nowhere.
    let position: LogPosition?
    /// The event's name, if it has one.
    let name: String?
    /// Its JSON, in an envelope where the stream has them.
    let data: [UInt8]
    /// The id of a notification that counts as read once it has arrived.
    let readOnDelivery: String?
    /// Whether it was its feed's last when it came: it waits for nothing.
    let isTerminal: Bool
    /// Whether it still is, so that the event `end` goes with it.
    let endsFeed: Bool

    init(
        position: LogPosition?, name: String?, data: [UInt8], readOnDelivery: String? = nil, isTerminal: Bool = false,
        endsFeed: Bool = false
    ) {
        self.position = position
        self.name = name
        self.data = data
        self.readOnDelivery = readOnDelivery
        self.isTerminal = isTerminal
        self.endsFeed = endsFeed
    }
}

/// What is sent as one event: something that need not wait any longer.
struct PacedRelease {
    let feed: FeedName
    /// In ascending order of position; never empty.
    let events: [PacedEvent]
    /// Whether they stand in one `{"batch":[...]}`, however many they are.
    let isBatch: Bool
    /// What a batch is named.
    var batchEvent: String?
}

/// An event as the database tells it, for a stream that may have to wait for it.
struct PagedEvent: Sendable {
    let feed: FeedName
    let event: PacedEvent
    /// Whether it is a change of read state or a removal, which waits for nothing.
    let isChange: Bool
}
