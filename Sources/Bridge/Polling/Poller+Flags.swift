import Feeds
import Reactor
import Redis

extension Poller {
    /// Looks at the flags of the groups whose interval is over, and notes the feeds to read.
    ///
    /// Lowers nothing yet.
    func checkFlags(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        deactivate(now)
        for group in groups.indices where groups[group].nextTick <= now && groups[group].count > 0 {
            telemetry.tickLateness.observe(now.seconds(since: groups[group].nextTick))
            // A late tick is not made up for: the next one comes an interval after this one was due, or after now.
            let due = groups[group].nextTick + groups[group].interval
            groups[group].nextTick = due > now ? due : now + groups[group].interval
            if lease.isHeld {
                try checkFlags(of: group, connection, now)
                try compareExpectant(group, connection, now)
            } else {
                // Another bridge needs the flags: they are left to it, and the lists are compared instead.
                try compare(groups[group].chunks.flatMap { $0.feeds.map(Int.init) }, connection)
            }
            telemetry.tickSeconds.observe(MonotonicTime.now.seconds(since: now))
        }
    }

    private func checkFlags(of group: Int, _ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        let chunks = groups[group].chunks.indices
        for chunk in chunks {
            if groups[group].chunks[chunk].isStale { groups[group].chunks[chunk].encode { flagKey($0) } }
            if groups[group].chunks[chunk].asksValuesUntil > now {
                groups[group].chunks[chunk].appendValues(to: connection)
            } else {
                groups[group].chunks[chunk].appendExists(to: connection)
            }
        }
        var withSome: [Int] = []
        for chunk in chunks {
            let reply = try connection.readReply()
            if let error = reply.serverError { throw .server(error) }
            if reply.kind == .integer {
                if reply.integer > 0 { withSome.append(chunk) }
            } else {
                noteRaised(reply, group, chunk, now)
            }
        }
        for chunk in withSome { groups[group].chunks[chunk].appendValues(to: connection) }
        for chunk in withSome {
            let reply = try connection.readReply()
            if let error = reply.serverError { throw .server(error) }
            noteRaised(reply, group, chunk, now)
        }
    }

    /// Goes through the values of a chunk's flags.
    private func noteRaised(_ reply: RedisReply, _ group: Int, _ chunk: Int, _ now: MonotonicTime) {
        let slots = groups[group].chunks[chunk].feeds
        guard reply.count == slots.count else { return }
        var raisedAny = false
        var restingAny = false
        for index in 0..<reply.count {
            let slot = Int(slots[index])
            let element = reply.element(index)
            guard element.kind == .string else {
                if !handledFlags.isEmpty { handledFlags[slot] = nil }
                continue
            }
            element.withBytes { value in
                let isHandled = handledFlags[slot].map { $0.elementsEqual(value) } ?? false
                guard isRaised(flagValue: value), !isHandled else {
                    restingAny = true
                    return
                }
                raisedAny = true
                raised.append(RaisedFlag(slot: slot, value: Array(value)))
            }
        }
        // Busy flags are asked for their values at once on the next tick, resting ones for a while.
        if restingAny {
            groups[group].chunks[chunk].asksValuesUntil = now + 10_000
        } else if raisedAny {
            groups[group].chunks[chunk].asksValuesUntil = groups[group].nextTick + 1
        }
    }

    /// Compares the lists of feeds whose flag was raised before anything was pushed.
    private func compareExpectant(
        _ group: Int, _ connection: RedisConnection, _ now: MonotonicTime
    ) throws(RedisError) {
        var slots: [Int] = []
        for (slot, until) in expectant where feeds[slot].flag?.group == group {
            if until <= now { expectant[slot] = nil } else { slots.append(slot) }
        }
        try compare(slots, connection)
    }

    /// Compares the lists that a sweep came upon.
    func compareDue(_ connection: RedisConnection) throws(RedisError) {
        guard !toCompare.isEmpty else { return }
        let slots = toCompare
        toCompare.removeAll()
        try compare(slots, connection)
    }

    /// Compares lists with their positions, and notes those that differ as to be read.
    func compare(_ slots: [Int], _ connection: RedisConnection) throws(RedisError) {
        let comparable = slots.filter { feeds[$0].phase == .idle && !feeds[$0].needsReading }
        var start = 0
        while start < comparable.count {
            let part = comparable[start..<min(start + 500, comparable.count)]
            var commands: [UInt8] = []
            for slot in part { ListReading.appendComparison(listKey(slot), feeds[slot].position, to: &commands) }
            connection.append(encoded: commands)
            for slot in part {
                let reply = try connection.readReply()
                if let error = reply.serverError {
                    // A key that is no list is reported, and asked again at the next comparison.
                    feeds[slot].isFaulty = true
                    report(feeds[slot].name, error)
                    release(slot)
                } else if !ListReading.isUnchanged(reply, feeds[slot].position) {
                    feeds[slot].isFaulty = false
                    feeds[slot].needsReading = true
                    toRead.append(slot)
                } else {
                    feeds[slot].isFaulty = false
                    release(slot)
                }
            }
            start += part.count
        }
    }
}
