import Feeds

/// Entries on their way to those who are connected, stored nowhere.
struct EphemeralBatch: Sendable {
    /// The bytes that `body` refers to.
    var bytes: [UInt8] = []
    var entries: [EphemeralEntry] = []
}

/// Passes a batch on to an event loop's streams, and calls `done` when that has happened.
typealias EphemeralReceiver = @Sendable (EphemeralBatch, _ done: @escaping @Sendable () -> Void) -> Void

/// An entry that is stored nowhere: it has no position, and is sent once, to whoever is there.
struct EphemeralEntry: Sendable {
    let feed: FeedName
    /// `nil` where its writer gave it none.
    let id: String?
    let event: String?
    let body: Range<Int>
}
