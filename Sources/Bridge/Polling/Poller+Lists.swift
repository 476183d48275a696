import Feeds
import Reactor
import Redis

extension Poller {
    /// How many feeds are read in one round trip: few while their lists are long, so that what Redis answers stays small,
    /// and at most twice as many as the last time that their lists were short.
    private static let feedsPerRound = 8...256
    /// How many at first, when nobody knows how much waits on them.
    static let feedsInFirstRound = 16
    private static let bytesPerRound = 1_048_576

    /// Lowers the flags that are up and reads the lists that are due, one round trip after the other, until nothing is
    /// left or the store has enough to do.
    ///
    /// What is left is gone on with as soon as the store has room again.
    func readLists(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        if mayRead(now) { try align(connection, now) }
        while mayRead(now) {
            // A flood of flags leaves half a round to the feeds that are to be read without.
            let flags = takeRaised(max(feedsInRound / 2, feedsInRound - toRead.count))
            let slots = takeDue(feedsInRound - flags.count, besides: flags)
            if flags.isEmpty && slots.isEmpty { break }
            try readRound(flags, slots, connection, now)
        }
    }

    private func takeRaised(_ limit: Int) -> [RaisedFlag] {
        var taken: [RaisedFlag] = []
        while taken.count < limit, let flag = raised.popFirst() {
            // What is on its way to the store is not read again before, and what is no list not before the next
            // comparison; their flags stay up until then.
            let feed = feeds[flag.slot]
            if feed.phase == .idle && feed.flag != nil && !feed.isFaulty { taken.append(flag) }
        }
        return taken
    }

    private func takeDue(_ limit: Int, besides flags: [RaisedFlag]) -> [Int] {
        for flag in flags { feeds[flag.slot].needsReading = false }
        var taken: [Int] = []
        while taken.count < limit, let slot = toRead.popFirst() {
            guard feeds[slot].phase == .idle, feeds[slot].needsReading else { continue }
            feeds[slot].needsReading = false
            taken.append(slot)
        }
        return taken
    }

    /// One round trip: lowers `flags` before anything else, then reads their lists and those of `slots`.
    private func readRound(
        _ flags: [RaisedFlag], _ slots: [Int], _ connection: RedisConnection, _ now: MonotonicTime
    ) throws(RedisError) {
        let lowersFirst = !Faults.isOff(.lowerBeforeReading)
        if !flags.isEmpty && lowersFirst { appendLowering(flags, to: connection) }
        let raised = flags.map(\.slot)
        let reading = (raised + slots).filter { source($0) != .flagAndDatabase }
        var commands: [UInt8] = []
        let replyCounts = reading.map { appendReading($0, &commands) }
        connection.append(encoded: commands)
        if !flags.isEmpty && lowersFirst {
            try noteLowered(flags, try connection.readReply())
            Faults.reach(.lowered)
        }
        for slot in raised {
            activate(slot, now)
            telemetry.flagsLowered.add()
        }
        takeRows((raised + slots).filter { source($0) == .flagAndDatabase })
        var batch = IngestBatch()
        // What was read before the connection failed is as good as any.
        defer {
            store(&batch)
            handOverPassed()
        }
        let isRaised = Set(raised)
        var bytes = 0
        for (index, slot) in reading.enumerated() {
            var replies: [RedisReply] = []
            for _ in 0..<replyCounts[index] { replies.append(try connection.readReply()) }
            try checkServer(replies)
            guard hasRoom else {
                // The store has enough to do: what was read is dropped, and read again when there is room.
                if isRaised.contains(slot) { expectant[slot] = now + 10_000 }
                needReading(slot)
                continue
            }
            if feeds[slot].passesOver {
                passOver(replies, slot)
            } else if source(slot) == .value {
                noteValue(replies[0], slot, &batch, now)
                bytes += valuesToDelete[slot]?.bytes.count ?? 0
            } else {
                note(interpret(replies, slot), slot, isRaised: isRaised.contains(slot), &batch, now)
            }
            guard batch.bytes.count > Poller.bytesPerRound else { continue }
            bytes += batch.bytes.count
            store(&batch)
        }
        let isHeavy = bytes + batch.bytes.count > Poller.bytesPerRound
        // That few lists were light tells nothing of many.
        feedsInRound =
            isHeavy
            ? max(feedsInRound / 2, Poller.feedsPerRound.lowerBound)
            : min(max(2 * (flags.count + slots.count), Poller.feedsInFirstRound), Poller.feedsPerRound.upperBound)
        if !flags.isEmpty && !lowersFirst {
            appendLowering(flags, to: connection)
            try noteLowered(flags, try connection.readReply())
        }
    }

    /// Ends the tick where Redis as a whole refuses, which is no fault of the keys that were asked for.
    func checkServer(_ replies: [RedisReply]) throws(RedisError) {
        let error = replies.lazy.compactMap(\.serverError).first { $0.isOfWholeServer }
        if let error { throw .server(error) }
    }

    /// Has the store take in the rows that the application inserted for these feeds.
    private func takeRows(_ slots: [Int]) {
        guard !slots.isEmpty else { return }
        let names = slots.map { feeds[$0].name }
        writer.post(on: writer.executor) { $0.takeArrivals(of: names) }
        for slot in slots { release(slot) }
    }

    private func appendLowering(_ flags: [RaisedFlag], to connection: RedisConnection) {
        FlagLowering.append(flags.map { (signalKey($0.slot), $0.value) }, to: connection)
    }

    /// Queues what reads a feed, and returns how many replies will come.
    private func appendReading(_ slot: Int, _ commands: inout [UInt8]) -> Int {
        guard source(slot) != .value else {
            RESPEncoder.append(command: ["GET", listKey(slot)], to: &commands)
            return 1
        }
        guard !feeds[slot].passesOver else {
            return appendAlignment(slot, .init(count: ListPosition.tailLength), &commands)
        }
        return feeds[slot].tail.isEmpty
            ? ListReading.append(listKey(slot), feeds[slot].position, to: &commands)
            : appendAlignment(slot, .first, &commands)
    }

    private func appendAlignment(_ slot: Int, _ window: TailSearch.Window, _ commands: inout [UInt8]) -> Int {
        ListReading.appendAlignment(listKey(slot), window, to: &commands)
        return ListReading.alignmentReplies
    }

    /// Remembers values that could not be lowered, so that they are not taken for news again and again.
    private func noteLowered(_ flags: [RaisedFlag], _ reply: RedisReply) throws(RedisError) {
        if let error = reply.serverError, error.isOfWholeServer { throw .server(error) }
        for (index, flag) in flags.enumerated() {
            let error = reply.serverError ?? (index < reply.count ? reply.element(index).serverError : nil)
            guard let error else { continue }
            handledFlags[flag.slot] = flag.value
            report(feeds[flag.slot].name.text, error)
        }
    }

    private func interpret(_ replies: [RedisReply], _ slot: Int) -> ListReading.Finding {
        guard !feeds[slot].tail.isEmpty else { return ListReading.interpret(replies, feeds[slot].position) }
        var search = TailSearch(tail: feeds[slot].tail, first: feeds[slot].position.first)
        return switch ListReading.align(replies, &search) {
        case .found(let entries, let isFull): .entries(entries, isFull: isFull)
        case .absent: .absent
        case .refused(let error): .refused(error)
        case .unfinished, .unknown: .moved
        }
    }

    /// Acts on what a reading found.
    func note(
        _ finding: ListReading.Finding, _ slot: Int, isRaised: Bool, _ batch: inout IngestBatch, _ now: MonotonicTime
    ) {
        switch finding {
        case .entries(let entries, let isFull):
            feeds[slot].isFaulty = false
            take(entries, slot, isRaised: isRaised, isFull: isFull, &batch, now)
            feeds[slot].continues = isFull
            if isFull { needReading(slot) }
        case .absent:
            feeds[slot].isFaulty = false
            if isRaised { expectant[slot] = now + 10_000 }
            guard feeds[slot].position.count > 0 else {
                release(slot)
                return
            }
            begin(slot, .start, replacing: true, &batch)
        case .moved:
            if isRaised { expectant[slot] = now + 10_000 }
            feeds[slot].phase = .storing
            if isEphemeral(slot) {
                alignments.append(Alignment(slot, feeds[slot], tail: ephemeralTails[slot] ?? []))
            } else {
                askTail(slot)
            }
        case .refused(let error):
            feeds[slot].isFaulty = true
            report(feeds[slot].name.text, error)
            release(slot)
        }
    }

    private func take(
        _ entries: ListReading.ListEntries, _ slot: Int, isRaised: Bool, isFull: Bool, _ batch: inout IngestBatch,
        _ now: MonotonicTime
    ) {
        let stored = feeds[slot].position
        let isShifted = entries.alignedPosition.map { $0.count != stored.count || $0.first != stored.first } ?? false
        if !isShifted { feeds[slot].tail = [] }
        guard !entries.range.isEmpty || isShifted else {
            if isRaised { expectant[slot] = now + 10_000 }
            release(slot)
            return
        }
        if !entries.range.isEmpty { expectant[slot] = nil }
        var position = entries.alignedPosition ?? feeds[slot].position
        position.advance(past: entries.hashes, first: entries.first)
        if isEphemeral(slot) {
            if !entries.range.isEmpty && feeds[slot].flag != nil { activate(slot, now) }
            return pass(entries, position, slot)
        }
        var reading = begin(slot, position, replacing: false)
        reading.hashes = entries.hashes
        reading.hasMore = isFull
        for index in entries.range {
            entries.reply.element(index).withBytes { bytes in
                let start = batch.bytes.count
                batch.bytes.append(contentsOf: bytes)
                reading.entries.append((start..<batch.bytes.count, reader.read(bytes)))
            }
        }
        telemetry.entriesRead.add(entries.range.count)
        batch.readings.append(reading)
        if !entries.range.isEmpty && feeds[slot].flag != nil { activate(slot, now) }
    }

    func begin(
        _ slot: Int, _ position: ListPosition, replacing: Bool, rereadEnd: Int = 0, _ batch: inout IngestBatch
    ) {
        guard !isEphemeral(slot) else { return restart(slot) }
        var reading = begin(slot, position, replacing: replacing)
        reading.rereadEnd = rereadEnd
        batch.readings.append(reading)
    }

    func begin(_ slot: Int, _ position: ListPosition, replacing: Bool) -> FeedReading {
        feeds[slot].phase = .storing
        let kind = kinds[feeds[slot].kind]
        var reading = FeedReading(
            feed: feeds[slot].name, isInbox: kind.isInbox, keep: kind.keep, expected: feeds[slot].position.count,
            position: position)
        reading.replacesTail = replacing
        reading.continues = feeds[slot].continues && !replacing
        feeds[slot].continues = false
        // A list that is begun anew is read from its beginning.
        if replacing { feeds[slot].tail = [] }
        return reading
    }
}
