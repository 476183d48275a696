import Feeds
import Reactor
import Redis

extension Poller {
    func askTail(_ slot: Int) {
        let name = feeds[slot].name
        writer.post(on: writer.executor) { [self] writer in
            let result = Result { try writer.tail(of: name) }
            post(on: executor) { $0.gotTail(slot, result) }
        }
    }

    private func gotTail(_ slot: Int, _ result: Result<[EntryHash], any Error>) {
        switch result {
        case .success(let tail): alignments.append(Alignment(slot: slot, tail: tail))
        case .failure(let error):
            storeFailed(error, .now)
            readAgain(slot)
        }
    }

    /// Aligns lists that are not what they were with the tails that the store remembers.
    func align(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        var batch = IngestBatch()
        defer {
            store(&batch)
            handOverPassed()
        }
        while mayRead(now), let alignment = alignments.last {
            let slot = alignment.slot
            var commands: [UInt8] = []
            ListReading.appendAlignment(listKey(slot), window: alignment.window, to: &commands)
            connection.append(encoded: commands)
            var replies: [RedisReply] = []
            for _ in 0..<ListReading.alignmentReplies { replies.append(try connection.readReply()) }
            try checkServer(replies)
            alignments.removeLast()
            feeds[slot].phase = .idle
            switch ListReading.align(replies, tail: alignment.tail) {
            case .found(let entries):
                feeds[slot].tail = alignment.tail
                take(entries, slot, isRaised: false, &batch, now)
            case .absent:
                note(.absent, slot, isRaised: false, &batch, now)
            case .refused(let error):
                note(.refused(error), slot, isRaised: false, &batch, now)
            case .inconclusive where alignment.window < ListReading.largestWindow:
                feeds[slot].phase = .storing
                alignments.append(Alignment(slot: slot, tail: alignment.tail, window: alignment.window * 8))
            case .inconclusive where isEphemeral(slot):
                // What of it is new nobody can tell, and little of so much would be.
                feeds[slot].passesOver = true
                feeds[slot].needsReading = true
            case .inconclusive, .unknown:
                // Another list, or one that changed beyond recognition: all of it is read, and ids decide what is new.
                feeds[slot].needsReading = true
                begin(slot, .start, replacing: true, &batch)
            }
            // It may have been asked for while its tail was.
            if feeds[slot].phase == .idle && feeds[slot].needsReading { toRead.append(slot) }
            if batch.bytes.count > 1_048_576 { store(&batch) }
        }
    }
}
