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
        case .success(let tail): alignments.append(Alignment(slot, feeds[slot], tail: tail))
        case .failure(let error):
            storeFailed(error, .now)
            readAgain(slot)
        }
    }

    /// Aligns lists that are not what they were with the tails that the store remembers.
    ///
    /// Each call looks at one window of each, so that a long list does not keep the others waiting.
    func align(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        var batch = IngestBatch()
        var unfinished: [Alignment] = []
        defer {
            alignments += unfinished
            store(&batch)
            handOverPassed()
        }
        while mayRead(now), var alignment = alignments.last {
            let slot = alignment.slot
            var commands: [UInt8] = []
            ListReading.appendAlignment(listKey(slot), alignment.search.window, to: &commands)
            connection.append(encoded: commands)
            var replies: [RedisReply] = []
            for _ in 0..<ListReading.alignmentReplies { replies.append(try connection.readReply()) }
            try checkServer(replies)
            alignments.removeLast()
            feeds[slot].phase = .idle
            switch ListReading.align(replies, &alignment.search) {
            case .found(let entries, let isFull):
                // What follows a full reading is read from its position.
                feeds[slot].tail = isFull ? [] : alignment.tail
                note(.entries(entries, isFull: isFull), slot, isRaised: false, &batch, now)
            case .absent:
                note(.absent, slot, isRaised: false, &batch, now)
            case .refused(let error):
                note(.refused(error), slot, isRaised: false, &batch, now)
            case .unfinished where isEphemeral(slot) && alignment.search.window.offset > 0:
                // What of it is new nobody can tell, and little of so much would be.
                feeds[slot].passesOver = true
                feeds[slot].needsReading = true
            case .unfinished:
                feeds[slot].phase = .storing
                unfinished.append(alignment)
            case .unknown(let length):
                // Another list, or one that changed beyond recognition: all of it is read, and ids decide what is new.
                feeds[slot].needsReading = true
                begin(slot, .start, replacing: true, rereadEnd: length, &batch)
            }
            // It may have been asked for while its tail was.
            if feeds[slot].phase == .idle && feeds[slot].needsReading { toRead.append(slot) }
            if batch.bytes.count > 1_048_576 { store(&batch) }
        }
    }
}
