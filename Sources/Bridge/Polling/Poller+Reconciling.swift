import Feeds
import Reactor
import Redis

extension Poller {
    /// The comparison of every watched list, and every string that is still there, with its position, whatever its flag:
    /// spread evenly over its interval.
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
        // A flag that could not be lowered may be lowered now.
        if !handledFlags.isEmpty { for slot in slots { handledFlags[slot] = nil } }
        try compare(slots.filter { feeds[$0].watchers > 0 || heldValues.contains($0) }, connection, withFirst: true)
    }

    /// One step of the sweep: one SCAN, and a visit to each list found that is not watched anyway.
    ///
    /// A Redis that refuses to be searched is not swept; that is reported, and no tick's failure.
    func sweep(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        guard now >= sweeping.next else { return }
        sweeping.next = now + sweeping.stepInterval
        guard mayRead(now), unanswered.isEmpty else { return }
        if sweeping.cursor == "0" && sweeping.kind == 0 { try pace(connection, now) }
        let kind = kinds[sweeping.kind]
        guard kind.source.needsList, !kind.isEphemeral, let keys = kind.list else { return sweepNextKind() }
        connection.append(
            "SCAN", sweeping.cursor, "MATCH", KeyTemplate.escapingGlob(settings.redis.prefix) + keys.scanPattern,
            "COUNT", String(Poller.keysPerStep), "TYPE", kind.source == .value ? "string" : "list")
        let reply = try connection.readReply()
        if let error = reply.serverError { return report("SCAN", error) }
        guard reply.count == 2 else { return }
        sweeping.cursor = reply.element(0).string
        if sweeping.cursor == "0" { sweepNextKind() }
        visit(reply.element(1), kind, keys)
    }

    private func sweepNextKind() {
        sweeping.kind = (sweeping.kind + 1) % kinds.count
    }

    /// Visits the lists with these keys.
    private func visit(_ keys: RedisReply, _ kind: Kind, _ template: KeyTemplate) {
        visit(
            (0..<keys.count).compactMap { index in
                let key = keys.element(index).string.utf8.dropFirst(settings.redis.prefix.utf8.count)
                return template.id(in: String(decoding: key, as: UTF8.self)).flatMap {
                    FeedName(kind: kind.name, id: $0)
                }
            })
    }

    /// Compares the lists of feeds that nobody watches with what is stored of them.
    func visit(_ names: [FeedName]) {
        var slots: [Int] = []
        for name in names where feeds.slot(of: name) == nil {
            guard let kind = kindIndex[String(name.kind)], !kinds[kind].isEphemeral else { continue }
            var feed = WatchedFeed(name: name, kind: kind)
            feed.needsReading = false
            slots.append(feeds.insert(feed))
        }
        askPositions(slots)
    }

    /// Calls `body` once the lists of these feeds were looked at and what was new on them is stored; with `false` where
    /// that does not come about soon.
    func whenVisited(_ names: [FeedName], _ body: @escaping @Sendable (Bool) -> Void) {
        // Of what is watched the list may have grown since it was last looked at.
        for name in names {
            if let slot = feeds.slot(of: name), !isEphemeral(slot) { needReading(slot) }
        }
        visit(names)
        visitWaits.append(VisitWait(feeds: names, end: .now + Poller.longestVisitWait, body: body))
    }

    func answerVisited(_ now: MonotonicTime) {
        guard !visitWaits.isEmpty else { return }
        let waits = visitWaits
        visitWaits.removeAll()
        for wait in waits {
            let isVisited = wait.feeds.allSatisfy { feeds.slot(of: $0).map(isSettled) ?? true }
            if isVisited || now >= wait.end { wait.body(isVisited) } else { visitWaits.append(wait) }
        }
    }

    /// Whether nothing of a feed is to be read, or under way to the store.
    private func isSettled(_ slot: Int) -> Bool {
        isEphemeral(slot)
            || (feeds[slot].phase == .idle && !feeds[slot].needsReading && !toCompare.contains(slot))
    }

    /// Who waits until lists were looked at.
    struct VisitWait {
        let feeds: [FeedName]
        let end: MonotonicTime
        let body: @Sendable (Bool) -> Void
    }

    private static let longestVisitWait: Milliseconds = 1000

    /// Spreads the steps of a sweep evenly over its interval.
    private func pace(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        connection.append("DBSIZE")
        let reply = try connection.readReply()
        if let error = reply.serverError { return report("DBSIZE", error) }
        let steps = max(1, reply.integer / Int64(Poller.keysPerStep) + 1) * Int64(kinds.count)
        sweeping.stepInterval = Milliseconds(max(10, Int64(settings.poll.sweepIntervalMilliseconds) / steps))
        sweeping.next = now + sweeping.stepInterval
    }

    private static let keysPerStep = 500
}
