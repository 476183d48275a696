import Feeds
import Reactor

/// What a stream holds back of its feeds, and until when.
///
/// A plain value: time is given to it, and it gives back what is to be sent. While something is held back, the stream's
/// cursor stays before it, so that whoever comes back gets it from the database.
struct StreamPacing {
    /// Streams have few feeds.
    private var feeds: [(name: FeedName, pacing: FeedPacing)]
    /// Which of them hold something: mostly few, so that no event costs a look at all.
    private var holding: [Int] = []
    /// About how many bytes are held back.
    private(set) var heldBytes = 0
    /// How many were superseded or dropped.
    private(set) var ruledOut = 0
    /// The deadlines that the queue has of the stream, the soonest last.
    private var queued: [MonotonicTime] = []

    /// `nil` where nothing is ever held back.
    init?(_ feeds: [(name: FeedName, pacing: FeedPacing)]) {
        guard !feeds.isEmpty else { return nil }
        self.feeds = feeds
    }

    /// The position up to which everything was sent or ruled out, if `position` is how far everything was offered.
    func cursor(_ position: LogPosition) -> LogPosition {
        var cursor = position
        for index in holding { if let held = feeds[index].pacing.firstHeld { cursor = min(cursor, held - 1) } }
        return cursor
    }

    /// When something that is held back is to be sent.
    var deadline: MonotonicTime { holding.reduce(.distantFuture) { min($0, feeds[$1].pacing.deadline) } }

    /// The deadline to add to the queue; `nil` where that has one that comes as soon.
    ///
    /// The queue has each once: what it has for later still stands when what is sooner has come.
    mutating func takeDeadline() -> MonotonicTime? {
        let deadline = deadline
        guard deadline < queued.last ?? .distantFuture else { return nil }
        queued.append(deadline)
        return deadline
    }

    /// Notes that the soonest of the deadlines in the queue has come.
    mutating func deadlineCame() { _ = queued.popLast() }

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
        return change(index) { $0.hold(event) }
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
        for index in inOrder(where: \.isBatching) {
            if let release = release(index, { $0.takeBatch() }) { return release }
        }
        return nil
    }

    /// Forgets what is held back.
    mutating func discard() {
        for index in holding { change(index) { $0.discard() } }
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
        let found = holding.filter { condition(feeds[$0].pacing) }
        guard found.count > 1 else { return found }
        return found.sorted { (feeds[$0].pacing.firstHeld ?? 0) < (feeds[$1].pacing.firstHeld ?? 0) }
    }

    private mutating func release(_ index: Int, _ take: (inout FeedPacing) -> [PacedEvent]?) -> PacedRelease? {
        guard let events = change(index, take) else { return nil }
        return PacedRelease(
            feed: feeds[index].name, events: events, isBatch: feeds[index].pacing.isBatching,
            batchEvent: feeds[index].pacing.batchEvent)
    }

    /// Changes what is held back of a feed, and what is known of all of them with it.
    private mutating func change<T>(_ index: Int, _ body: (inout FeedPacing) -> T) -> T {
        let (bytes, wasHolding) = (feeds[index].pacing.heldBytes, feeds[index].pacing.isHolding)
        let result = body(&feeds[index].pacing)
        heldBytes += feeds[index].pacing.heldBytes - bytes
        ruledOut += feeds[index].pacing.takeRuledOut()
        let isHolding = feeds[index].pacing.isHolding
        if isHolding && !wasHolding { holding.append(index) }
        if wasHolding && !isHolding { holding.removeAll { $0 == index } }
        return result
    }
}
