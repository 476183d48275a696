import Feeds
import Reactor

/// What a stream holds back of its feeds, and until when.
///
/// A plain value: time is given to it, and it gives back what is to be sent. While something is held back, the stream's
/// cursor stays before it, so that whoever comes back gets it from the database.
struct StreamPacing {
    /// Streams have few feeds.
    private var feeds: [(name: FeedName, pacing: FeedPacing)]
    /// How many were superseded or dropped.
    private(set) var ruledOut = 0
    /// Until when nothing has to be looked at, as far as the queue of deadlines knows.
    var scheduled = MonotonicTime.distantFuture

    /// `nil` where nothing is ever held back.
    init?(_ feeds: [(name: FeedName, pacing: FeedPacing)]) {
        guard !feeds.isEmpty else { return nil }
        self.feeds = feeds
    }

    /// The position up to which everything was sent or ruled out, if `position` is how far everything was offered.
    func cursor(_ position: LogPosition) -> LogPosition {
        var cursor = position
        for feed in feeds { if let held = feed.pacing.firstHeld { cursor = min(cursor, held - 1) } }
        return cursor
    }

    /// When something that is held back is to be sent.
    var deadline: MonotonicTime { feeds.reduce(.distantFuture) { min($0, $1.pacing.deadline) } }

    /// About how many bytes are held back.
    var heldBytes: Int { feeds.reduce(0) { $0 + $1.pacing.heldBytes } }

    /// Takes a notification of a feed; returns what is to be sent at once, if anything is.
    mutating func offer(
        _ event: PacedEvent, of feed: FeedName, isReplayed: Bool = false, _ now: MonotonicTime
    ) -> PacedRelease? {
        guard let index = index(of: feed) else { return PacedRelease(feed: feed, events: [event], isBatch: false) }
        return release(index) { $0.offer(event, isReplayed: isReplayed, now) }
    }

    /// Holds back a notification of a feed of which only the newest is sent when too many come; false for any other feed.
    mutating func hold(_ event: PacedEvent, of feed: FeedName) -> Bool {
        guard let index = index(of: feed) else { return false }
        defer { ruledOut += feeds[index].pacing.takeRuledOut() }
        return feeds[index].pacing.hold(event)
    }

    /// The next that is to be sent by now; several feeds take turns in the order of what they hold.
    mutating func takeDue(_ now: MonotonicTime) -> PacedRelease? {
        for index in inOrder(where: { $0.deadline <= now }) {
            if let release = release(index, { $0.takeDue(now) }) { return release }
        }
        return nil
    }

    /// All that is held back of a feed, to be sent before something that must not overtake it.
    mutating func takeAll(of feed: FeedName, _ now: MonotonicTime) -> PacedRelease? {
        index(of: feed).flatMap { release($0) { $0.takeAll(now) } }
    }

    /// The next batch that is not to wait for more.
    mutating func takeBatch() -> PacedRelease? {
        for index in inOrder(where: { $0.isBatching && $0.isHolding }) {
            if let release = release(index, { $0.takeBatch() }) { return release }
        }
        return nil
    }

    /// Forgets what is held back.
    mutating func discard() {
        for index in feeds.indices { feeds[index].pacing.discard() }
    }

    /// Leaves out of a page what would be superseded within it: of a feed of which only the newest is sent when too many
    /// come at once, all but the last few.
    mutating func thinned(_ page: [PagedEvent]) -> [PagedEvent] {
        var left: [FeedName: Int] = [:]
        for (name, pacing) in feeds { if let burst = pacing.burst { left[name] = burst } }
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
        return ruledOut
    }

    private func index(of feed: FeedName) -> Int? { feeds.firstIndex { $0.name == feed } }

    /// The feeds that hold something and meet a condition, in the order of what they hold.
    private func inOrder(where condition: (FeedPacing) -> Bool) -> [Int] {
        let found = feeds.indices.filter { condition(feeds[$0].pacing) }
        guard found.count > 1 else { return found }
        return found.sorted { (feeds[$0].pacing.firstHeld ?? 0) < (feeds[$1].pacing.firstHeld ?? 0) }
    }

    private mutating func release(_ index: Int, _ take: (inout FeedPacing) -> [PacedEvent]?) -> PacedRelease? {
        let events = take(&feeds[index].pacing)
        ruledOut += feeds[index].pacing.takeRuledOut()
        guard let events else { return nil }
        return PacedRelease(
            feed: feeds[index].name, events: events, isBatch: feeds[index].pacing.isBatching,
            batchEvent: feeds[index].pacing.batchEvent)
    }
}
