import Feeds

/// What one round of reading found in several lists, on its way to the store.
struct IngestBatch: Sendable {
    /// The bytes of all entries, one after the other.
    var bytes: [UInt8] = []
    var readings: [FeedReading] = []
}

/// What was read of one feed's list: entries, and how far the feed is taken in with them.
struct FeedReading: Sendable {
    let feed: FeedName
    let isInbox: Bool
    /// How many notifications of the feed are kept, if not all.
    let keep: Int?
    /// The stored position that the reading started from.
    ///
    /// Where it is another one by now, the reading is dropped.
    let expected: Int
    /// The position with these entries taken in.
    var position: ListPosition
    /// The hashes to add to the stored tail; all of it, if the list is read anew.
    var hashes: [EntryHash] = []
    var replacesTail = false
    /// Whether it goes on where a reading stopped that had as much as is taken at a time: then it is one with that.
    var continues = false
    /// Whether more of the list was there than is taken at a time, so that another reading goes on where this one stops.
    var hasMore = false
    /// How many entries a list had when it was found unknown, and is read again from its beginning; otherwise 0.
    ///
    /// What was set aside of it before is not set aside again.
    var rereadEnd = 0
    var entries: [(bytes: Range<Int>, entry: Entry)] = []

    /// Where on the list its first entry stands.
    var start: Int { position.count - hashes.count }
}

/// What became of a batch.
struct IngestOutcome: Sendable {
    /// Feeds whose stored position was not the expected one: to be asked for again.
    var conflicts: Set<FeedName> = []
    var stored = 0
    var duplicates = 0
    /// To be delivered later.
    var scheduled = 0
    /// Not stored, since their time was over.
    var expired = 0
    var quarantined: [(feed: FeedName, reason: BadEntry, count: Int)] = []
    /// What rules kept from being sent.
    var withheld: [WithholdingRule: Int] = [:]
}

/// What one transaction added to the log, on its way to the streams.
///
/// Notifications, changes or broadcast events, in ascending order of position.
struct Commit: Sendable {
    /// The bytes that `body` refers to.
    var bytes: [UInt8]
    var notifications: [CommittedNotification] = []
    /// Changes of read state, and removals.
    var changes: [CommittedChange] = []
    var broadcasts: [CommittedBroadcast] = []

    /// The log's end, where notifications were stored that are not sent.
    var reached: LogPosition?

    /// The position of the last of them.
    var last: LogPosition? {
        reached ?? changes.last?.position ?? notifications.last?.position ?? broadcasts.last?.position
    }
}

/// A change of a feed that is stored.
struct CommittedChange: Sendable {
    let position: LogPosition
    let feed: FeedName
    let change: FeedChange
    /// The feed's unread count after it; `nil` where it is no inbox.
    let unread: Int?
    /// Whether a feed whose last entry had come goes on, since that is gone.
    var opensFeed = false
}

/// A broadcast event that is stored.
struct CommittedBroadcast: Sendable {
    let position: LogPosition
    let event: BroadcastEvent
}

/// A notification that is stored.
struct CommittedNotification: Sendable {
    let position: LogPosition
    let feed: FeedName
    let id: String
    let event: String?
    let body: Range<Int>
    /// The feed's unread count with this one; `nil` where it is no inbox.
    var unread: Int?
    /// When it was read, in Unix milliseconds, if the application inserted it so.
    var readAt: Int64?
    /// Whether it ends its feed; `nil` where nothing can.
    var isLast: Bool?
}
