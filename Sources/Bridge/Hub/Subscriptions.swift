import Feeds

/// Which streams have which feeds: intrusive lists in two arrays, so that a subscription costs 20 bytes.
struct Subscriptions {
    static let none: Int32 = -1

    /// A feed that at least one stream has.
    struct Channel {
        var feed: StreamFeed
        var first = Subscriptions.none
        var streams: Int32 = 0
        /// Whether the feed's last entry has come.
        var hasEnded = false
    }

    private struct Subscription {
        var stream: Int32
        var channel: Int32
        var next: Int32
        var previous = Subscriptions.none
        /// The next subscription of the same stream.
        var sibling: Int32
    }

    private(set) var channels: [Channel] = []
    private var freeChannels: [Int32] = []
    private var byName: [FeedName: Int32] = [:]
    private var subscriptions: [Subscription] = []
    private var freeSubscriptions: [Int32] = []

    func streams(of feed: FeedName) -> Int {
        byName[feed].map { Int(channels[Int($0)].streams) } ?? 0
    }

    /// Subscribes a stream to a feed; whether the feed had no stream before.
    ///
    /// `list` is the first of the stream's subscriptions, and becomes this one.
    mutating func add(_ feed: StreamFeed, stream: Int32, list: inout Int32) -> Bool {
        let known = byName[feed.name]
        let channel = known ?? makeChannel(feed)
        let head = channels[Int(channel)].first
        let subscription = Subscription(stream: stream, channel: channel, next: head, sibling: list)
        let index: Int32
        if let free = freeSubscriptions.popLast() {
            index = free
            subscriptions[Int(free)] = subscription
        } else {
            index = Int32(subscriptions.count)
            subscriptions.append(subscription)
        }
        if head != Subscriptions.none { subscriptions[Int(head)].previous = index }
        channels[Int(channel)].first = index
        channels[Int(channel)].streams += 1
        list = index
        return known == nil
    }

    /// Removes all subscriptions of a stream; returns the feeds that have no stream any more.
    mutating func removeAll(list: Int32) -> [FeedName] {
        var forsaken: [FeedName] = []
        var index = list
        while index != Subscriptions.none {
            let gone = subscriptions[Int(index)]
            let channel = Int(gone.channel)
            if gone.previous == Subscriptions.none {
                channels[channel].first = gone.next
            } else {
                subscriptions[Int(gone.previous)].next = gone.next
            }
            if gone.next != Subscriptions.none { subscriptions[Int(gone.next)].previous = gone.previous }
            channels[channel].streams -= 1
            if channels[channel].streams == 0 {
                forsaken.append(channels[channel].feed.name)
                byName[channels[channel].feed.name] = nil
                freeChannels.append(gone.channel)
            }
            freeSubscriptions.append(index)
            index = gone.sibling
        }
        return forsaken
    }

    /// A stream's feeds, in the order in which it asked for them.
    func feeds(list: Int32) -> [StreamFeed] {
        var feeds: [StreamFeed] = []
        var index = list
        while index != Subscriptions.none {
            feeds.append(channels[Int(subscriptions[Int(index)].channel)].feed)
            index = subscriptions[Int(index)].sibling
        }
        return feeds.reversed()
    }

    /// Calls `body` with the descriptor of each stream of a feed.
    func forEachStream(of feed: FeedName, _ body: (Int32) -> Void) {
        guard let channel = byName[feed] else { return }
        var index = channels[Int(channel)].first
        while index != Subscriptions.none {
            body(subscriptions[Int(index)].stream)
            index = subscriptions[Int(index)].next
        }
    }

    /// Notes of a feed that has streams whether its last entry has come.
    mutating func note(_ feed: FeedName, hasEnded: Bool) {
        if let channel = byName[feed] { channels[Int(channel)].hasEnded = hasEnded }
    }

    /// Whether a stream has feeds, and all of them have had their last entries.
    func haveAllEnded(list: Int32) -> Bool {
        guard list != Subscriptions.none else { return false }
        var index = list
        while index != Subscriptions.none {
            guard channels[Int(subscriptions[Int(index)].channel)].hasEnded else { return false }
            index = subscriptions[Int(index)].sibling
        }
        return true
    }

    private mutating func makeChannel(_ feed: StreamFeed) -> Int32 {
        let channel = freeChannels.popLast() ?? Int32(channels.count)
        if channel == channels.count {
            channels.append(Channel(feed: feed))
        } else {
            channels[Int(channel)] = Channel(feed: feed)
        }
        byName[feed.name] = channel
        return channel
    }
}
