import Feeds
import Reactor
import Redis

extension Poller {
    /// The comparison of every watched list with its position, whatever its flag: spread evenly over its interval.
    struct Reconciling {
        var next = MonotonicTime(nanoseconds: 0)
        /// The slot that is compared next.
        var slot = 0
        /// What earlier steps left over of a feed, in fractions of one.
        var due = 0.0
    }

    /// The sweep over all lists of all kinds in Redis, so that what nobody watches reaches the store before it expires.
    struct Sweeping {
        var next = MonotonicTime(nanoseconds: 0)
        /// The kind whose lists are being looked for, and where SCAN goes on.
        var kind = 0
        var cursor = "0"
        var stepInterval: Milliseconds = 100
    }

    func reconcile(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        guard now >= reconciling.next else { return }
        let interval = Double(settings.poll.reconcileIntervalMilliseconds)
        let step = min(250, max(20, interval / 4))
        reconciling.next = now + Milliseconds(Int64(step))
        reconciling.due += Double(feeds.slots.count) * step / interval
        let count = min(Int(reconciling.due), feeds.slots.count)
        reconciling.due -= reconciling.due.rounded(.down)
        guard count > 0 else { return }
        let slots = (0..<count).map { (reconciling.slot + $0) % feeds.slots.count }
        reconciling.slot = (reconciling.slot + count) % feeds.slots.count
        try compare(slots.filter { feeds[$0].watchers > 0 }, connection)
    }

    /// One step of the sweep: one SCAN, and a visit to each list found that is not watched anyway.
    func sweep(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        guard now >= sweeping.next else { return }
        if sweeping.cursor == "0" && sweeping.kind == 0 { try pace(connection) }
        sweeping.next = now + sweeping.stepInterval
        let kind = kinds[sweeping.kind]
        let reply = try connection.command(
            "SCAN", sweeping.cursor, "MATCH", Poller.escapingGlob(settings.redis.prefix) + kind.list.scanPattern,
            "COUNT", String(Poller.keysPerStep), "TYPE", "list")
        guard reply.count == 2 else { return }
        sweeping.cursor = reply.element(0).string
        if sweeping.cursor == "0" { sweeping.kind = (sweeping.kind + 1) % kinds.count }
        visit(reply.element(1), kind)
    }

    /// Visits the lists with these keys.
    private func visit(_ keys: RedisReply, _ kind: Kind) {
        var slots: [Int] = []
        for index in 0..<keys.count {
            let key = keys.element(index).string.dropFirst(settings.redis.prefix.count)
            guard let id = kind.list.id(in: key), let name = FeedName(kind: kind.name, id: id),
                feeds.slot(of: name) == nil, let index = kindIndex[kind.name]
            else { continue }
            var feed = WatchedFeed(name: name, kind: index)
            feed.needsReading = false
            slots.append(feeds.insert(feed))
        }
        askPositions(slots)
    }

    /// Spreads the steps of a sweep evenly over its interval.
    private func pace(_ connection: RedisConnection) throws(RedisError) {
        let keys = try connection.command("DBSIZE").integer
        let steps = max(1, keys / Int64(Poller.keysPerStep) + 1) * Int64(kinds.count)
        sweeping.stepInterval = Milliseconds(max(10, Int64(settings.poll.sweepIntervalMilliseconds) / steps))
    }

    private static let keysPerStep = 500

    private static func escapingGlob(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if "*?[]\\^-".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
    }
}
