import Feeds
import Reactor

/// A feed that the poller looks after: one that somebody watches, or that a sweep is visiting.
struct WatchedFeed {
    enum Phase: UInt8 {
        /// The slot is free.
        case free
        /// Its stored position is being asked for.
        case unknown
        /// It can be read.
        case idle
        /// Something that was read of it is on its way to the store.
        case storing
    }

    var name: FeedName
    /// The index of its kind.
    var kind: Int
    var phase = Phase.unknown
    /// How many event loops have streams of it; a feed with none is forgotten when its visit is over.
    var watchers: Int32 = 0
    /// Whether its list is to be read, whatever its flag says.
    var needsReading = true
    /// The hashes of the last entries taken in, of a feed whose list is found shifted; empty for any other.
    ///
    /// A writer that trims its list shifts it every time: it is then aligned with these at once.
    var tail: [EntryHash] = []
    /// Whether the last reading had as much as is taken at a time: the next one is one with it.
    var continues = false
    /// Whether what is on its list now is old: of a kind that is ephemeral, until it was first read.
    var passesOver = false
    /// Whether its list is none: not asked again before the next comparison.
    var isFaulty = false
    /// Where its flag stands in the groups of flags; `nil` for a feed that nobody watches.
    var flag: FlagLocation?
    /// Until when it is polled at the active interval.
    var activeUntil = MonotonicTime(nanoseconds: 0)
    var position = ListPosition.start
}

/// Where a feed's flag stands: in which group, and at which place there.
struct FlagLocation: Equatable {
    var group: Int
    var place: Int
}

/// The poller's feeds, in slots that are used again, found by name.
struct WatchedFeeds {
    private(set) var slots: [WatchedFeed] = []
    private var free: [Int] = []
    private var byName: [FeedName: Int] = [:]

    var count: Int { byName.count }

    subscript(slot: Int) -> WatchedFeed {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    func slot(of name: FeedName) -> Int? { byName[name] }

    mutating func insert(_ feed: WatchedFeed) -> Int {
        let slot = free.popLast() ?? slots.count
        if slot == slots.count { slots.append(feed) } else { slots[slot] = feed }
        byName[feed.name] = slot
        return slot
    }

    mutating func remove(_ slot: Int) {
        byName[slots[slot].name] = nil
        slots[slot].phase = .free
        slots[slot].position = .start
        slots[slot].tail = []
        free.append(slot)
    }
}
