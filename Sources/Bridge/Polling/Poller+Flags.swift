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
            if lease.isHeld && !groups[group].comparesLists {
                try checkFlags(of: group, connection, now)
                try compareExpectant(group, connection, now)
            } else {
                // There are none, or another bridge needs them: the lists are compared instead.
                try compare(groups[group].chunks.flatMap { $0.feeds.map(Int.init) }, connection)
            }
            telemetry.tickSeconds.observe(MonotonicTime.now.seconds(since: now))
        }
    }

    private func checkFlags(of group: Int, _ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        let chunks = groups[group].chunks.indices
        for chunk in chunks {
            if groups[group].chunks[chunk].isStale { groups[group].chunks[chunk].encode { signalKey($0) } }
            if groups[group].chunks[chunk].asksValuesUntil > now {
                groups[group].chunks[chunk].appendValues(to: connection)
            } else {
                groups[group].chunks[chunk].appendExists(to: connection)
            }
        }
        var withSome: [(chunk: Int, count: Int64)] = []
        var refused: [Int] = []
        for chunk in chunks {
            let reply = try connection.readReply()
            if let error = reply.serverError {
                try refuse(error)
                refused.append(chunk)
            } else if reply.kind == .integer {
                if reply.integer > 0 { withSome.append((chunk, reply.integer)) } else { noteAbsent(group, chunk) }
            } else {
                noteRaised(reply, group, chunk, now)
            }
        }
        for (chunk, _) in withSome { groups[group].chunks[chunk].appendValues(to: connection) }
        var odd: [Int] = []
        for (chunk, count) in withSome {
            let reply = try connection.readReply()
            if let error = reply.serverError {
                try refuse(error)
                refused.append(chunk)
                continue
            }
            noteRaised(reply, group, chunk, now)
            // A key that exists but reads nil has the wrong type.
            let absent = (0..<reply.count).filter { reply.element($0).kind == .nil }
            guard reply.count - absent.count < count else { continue }
            groups[group].chunks[chunk].asksValuesUntil = now + 10_000
            odd += absent.map { Int(groups[group].chunks[chunk].feeds[$0]) }
        }
        // Flags that cannot be asked for say nothing: the lists are compared instead.
        try compare(refused.flatMap { groups[group].chunks[$0].feeds.map(Int.init) }, connection)
        try readOdd(odd, connection)
    }

    /// Ends the tick where Redis as a whole refuses; what it refuses of some keys must not keep the others waiting.
    private func refuse(_ error: RedisServerError) throws(RedisError) {
        if error.isOfWholeServer { throw .server(error) }
        report("flags", error)
    }

    /// Notes that none of these flags is there.
    private func noteAbsent(_ group: Int, _ chunk: Int) {
        guard !handledFlags.isEmpty || !raised.isEmpty else { return }
        for slot in groups[group].chunks[chunk].feeds { noteAbsent(Int(slot)) }
    }

    /// A flag that was seen absent is news when it is set again, to whatever value.
    private func noteAbsent(_ slot: Int) {
        raised.forget(slot)
        guard !handledFlags.isEmpty, handledFlags.removeValue(forKey: slot) != nil else { return }
        // The store is to forget a string that is gone, too.
        if source(slot) == .value { needReading(slot) }
    }

    /// Finds the flags among `slots` that are of another type, and has their lists read.
    private func readOdd(_ slots: [Int], _ connection: RedisConnection) throws(RedisError) {
        for slot in slots { connection.append("TYPE", signalKey(slot)) }
        for slot in slots {
            let type = try connection.readReply().string
            guard type != "none", type != "string" else { continue }
            report(feeds[slot].name.text, RedisServerError(text: "WRONGTYPE its key is a \(type); SET it to a string"))
            needReading(slot)
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
                noteAbsent(slot)
                continue
            }
            element.withBytes { value in
                let isHandled = handledFlags[slot].map { $0.elementsEqual(value) } ?? false
                guard isRaised(flagValue: value), !isHandled else {
                    restingAny = true
                    raised.forget(slot)
                    return
                }
                raisedAny = true
                if source(slot) == .value { return needReading(slot) }
                raised.note(slot, Array(value))
            }
        }
        // Busy flags are asked for their values at once on the next tick, resting ones for a while; after that EXISTS
        // shows again whether there are flags of another type.
        if restingAny {
            if groups[group].chunks[chunk].asksValuesUntil <= now {
                groups[group].chunks[chunk].asksValuesUntil = now + 10_000
            }
        } else if raisedAny {
            groups[group].chunks[chunk].asksValuesUntil = groups[group].nextTick + 1
        }
    }

    func needReading(_ slot: Int) {
        // What is to be read and idle is noted already, or with the next connection.
        if feeds[slot].phase == .idle && !feeds[slot].needsReading { toRead.append(slot) }
        feeds[slot].needsReading = true
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
        try compare(slots, connection, withFirst: true)
    }

    /// Compares lists with their positions, and notes those that differ as to be read.
    ///
    /// Every tick looks at a list's end only, and passes over keys of the wrong type; `withFirst` is for what comes round
    /// now and then.
    func compare(_ slots: [Int], _ connection: RedisConnection, withFirst: Bool = false) throws(RedisError) {
        var comparable = slots.filter {
            feeds[$0].phase == .idle && !feeds[$0].needsReading && (withFirst || !feeds[$0].isFaulty)
        }
        // Rows that were inserted without a flag are found by the store itself.
        for slot in comparable where source(slot) == .flagAndDatabase { release(slot) }
        comparable.removeAll { source($0) == .flagAndDatabase }
        var start = 0
        while start < comparable.count {
            let part = comparable[start..<min(start + 500, comparable.count)]
            var commands: [UInt8] = []
            let replyCounts = part.map { appendComparison($0, withFirst: withFirst, to: &commands) }
            connection.append(encoded: commands)
            for (slot, count) in zip(part, replyCounts) {
                var replies: [RedisReply] = []
                for _ in 0..<count { replies.append(try connection.readReply()) }
                try checkServer(replies)
                if let error = replies.lazy.compactMap(\.serverError).first {
                    // A key that is no list is reported, and asked again at the next comparison.
                    feeds[slot].isFaulty = true
                    report(feeds[slot].name.text, error)
                    release(slot)
                } else {
                    feeds[slot].isFaulty = false
                    if isUnchanged(slot, replies) { release(slot) } else { needReading(slot) }
                }
            }
            start += part.count
        }
    }

    private func appendComparison(_ slot: Int, withFirst: Bool, to commands: inout [UInt8]) -> Int {
        guard source(slot) == .value else {
            return ListReading.appendComparison(
                listKey(slot), feeds[slot].position, withFirst: withFirst, to: &commands)
        }
        RESPEncoder.append(command: ["EXISTS", listKey(slot)], to: &commands)
        return 1
    }

    private func isUnchanged(_ slot: Int, _ replies: [RedisReply]) -> Bool {
        source(slot) == .value
            ? replies[0].integer == 0 && feeds[slot].position.count == 0
            : ListReading.isUnchanged(replies, feeds[slot].position)
    }
}
