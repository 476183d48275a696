import Feeds

/// A notification, or another event of one feed, on a stream that may have to wait for it.
///
/// Its bytes are shared by all streams that it goes to.
struct PacedEvent: Sendable {
    /// Its place in the log; `nil` for what is stored nowhere.
    let position: LogPosition?
    /// The event's name, if it has one.
    let name: String?
    /// Its JSON, in an envelope where the stream has them.
    let data: [UInt8]
    /// The id of a notification that counts as read once it has arrived.
    var readOnDelivery: String?
    /// Whether it was its feed's last when it came: it waits for nothing.
    var isTerminal = false
    /// Whether it still is, so that the event `end` goes with it.
    var endsFeed = false
    /// What tells it from all other events of this event loop; `nil` where it is one stream's own.
    var serial: UInt64?
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
