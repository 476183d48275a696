import Feeds
import Reactor

/// What a stream holds back of its feeds, and until when.
///
/// A plain value: time is given to it, and it gives back what is to be sent. While something is held back, the stream's
/// cursor stays before it, so that whoever comes back gets it from the database.
struct StreamPacing {
    private var feeds: [FeedName: FeedPacing]
    private var ruledOut = 0
    /// Until when nothing has to be looked at, as far as the queue of deadlines knows.
    var scheduled = MonotonicTime.distantFuture

    /// `nil` where nothing is ever held back.
    init?(_ feeds: [FeedName: FeedPacing]) {
        guard !feeds.isEmpty else { return nil }
        self.feeds = feeds
    }

    /// The position up to which everything was sent or ruled out, if `position` is how far everything was offered.
    func cursor(_ position: LogPosition) -> LogPosition {
        feeds.values.reduce(position) { cursor, feed in min(cursor, feed.firstHeld.map { $0 - 1 } ?? cursor) }
    }

    /// When something that is held back is to be sent.
    var deadline: MonotonicTime { feeds.values.reduce(.distantFuture) { min($0, $1.deadline) } }

    /// About how many bytes are held back.
    var heldBytes: Int { feeds.values.reduce(0) { $0 + $1.heldBytes } }

    /// Takes a notification of a feed; returns what is to be sent at once, if anything is.
    mutating func offer(
        _ event: PacedEvent, of feed: FeedName, isReplayed: Bool = false, _ now: MonotonicTime
    ) -> PacedRelease? {
        guard feeds[feed] != nil else { return PacedRelease(feed: feed, events: [event], isBatch: false) }
        return release(feed) { $0.offer(event, isReplayed: isReplayed, now) }
    }

    /// Holds back a notification of a feed of which only the newest is sent when too many come; false for any other feed.
    mutating func hold(_ event: PacedEvent, of feed: FeedName) -> Bool { feeds[feed]?.hold(event) ?? false }

    /// The next that is to be sent by now; several feeds take turns in the order of what they hold.
    mutating func takeDue(_ now: MonotonicTime) -> PacedRelease? {
        let due = feeds.filter { $0.value.deadline <= now }
            .sorted { ($0.value.firstHeld ?? 0) < ($1.value.firstHeld ?? 0) }
        for (feed, _) in due {
            if let release = release(feed, { $0.takeDue(now) }) { return release }
        }
        return nil
    }

    /// All that is held back of a feed, to be sent before something that must not overtake it.
    mutating func takeAll(of feed: FeedName, _ now: MonotonicTime) -> PacedRelease? {
        release(feed) { $0.takeAll(now) }
    }

    /// The next batch that is not to wait for more.
    mutating func takeBatch() -> PacedRelease? {
        let batching = feeds.filter { $0.value.isBatching && $0.value.isHolding }
            .sorted { ($0.value.firstHeld ?? 0) < ($1.value.firstHeld ?? 0) }
        for (feed, _) in batching {
            if let release = release(feed, { $0.takeBatch() }) { return release }
        }
        return nil
    }

    /// Forgets what is held back.
    mutating func discard() {
        for feed in feeds.keys { feeds[feed]?.discard() }
    }

    /// Leaves out of a page what would be superseded within it: of a feed of which only the newest is sent when too many
    /// come at once, all but the last few.
    mutating func thinned(_ page: [PagedEvent]) -> [PagedEvent] {
        var left = feeds.compactMapValues(\.burst)
        guard !left.isEmpty else { return page }
        var kept: [PagedEvent] = []
        for paged in page.reversed() {
            if !paged.isChange, !paged.event.isTerminal, let count = left[paged.feed] {
                left[paged.feed] = count - 1
                guard count > 0 else {
                    ruledOut += 1
                    continue
                }
            }
            kept.append(paged)
        }
        return kept.reversed()
    }

    /// How many were superseded or dropped since this was last asked.
    mutating func takeRuledOut() -> Int {
        defer { ruledOut = 0 }
        return feeds.keys.reduce(ruledOut) { $0 + (feeds[$1]?.takeRuledOut() ?? 0) }
    }

    private mutating func release(
        _ feed: FeedName, _ take: (inout FeedPacing) -> [PacedEvent]?
    ) -> PacedRelease? {
        guard let index = feeds.index(forKey: feed), let events = take(&feeds.values[index]) else { return nil }
        let pacing = feeds.values[index]
        return PacedRelease(feed: feed, events: events, isBatch: pacing.isBatching, batchEvent: pacing.batchEvent)
    }
}
