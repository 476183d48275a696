import Feeds
import Logging
import Reactor
import Redis

/// Kinds that are ephemeral: what is pushed onto a list is passed on to whoever is connected, and stored nowhere.
///
/// How far a list was read only this poller knows. What is on it when its feed becomes watched is passed over.
extension Poller {
    func isEphemeral(_ slot: Int) -> Bool { kinds[feeds[slot].kind].isEphemeral }

    /// Says who gets what was read: all of them.
    ///
    /// The calls come on the poller's thread, in the order of reading.
    func handOver(to receivers: [EphemeralReceiver]) { self.receivers = receivers }

    /// Notes where a list ends whose feed has become watched.
    func passOver(_ replies: [RedisReply], _ slot: Int) {
        switch ListReading.end(replies) {
        case .found(let position, let tail):
            feeds[slot].isFaulty = false
            feeds[slot].passesOver = false
            feeds[slot].position = position
            ephemeralTails[slot] = tail
        case .refused(let error):
            feeds[slot].isFaulty = true
            // There is no list: whatever is on it one day is new.
            if error.code == "WRONGTYPE" {
                feeds[slot].passesOver = false
                feeds[slot].position = .start
                ephemeralTails[slot] = nil
            }
            report(feeds[slot].name.text, error)
        }
        release(slot)
    }

    /// Passes on what was read of a list.
    func pass(_ entries: ListReading.ListEntries, _ position: ListPosition, _ slot: Int) {
        feeds[slot].position = position
        ephemeralTails[slot] = Array(
            ((ephemeralTails[slot] ?? []) + entries.hashes).suffix(ListPosition.tailLength))
        if !feeds[slot].tail.isEmpty { feeds[slot].tail = ephemeralTails[slot] ?? [] }
        telemetry.entriesRead.add(entries.range.count)
        let now = WallClock.unixMilliseconds
        for index in entries.range {
            entries.reply.element(index).withBytes { bytes in
                switch reader.read(bytes) {
                case .notification(let id, let event, let times):
                    guard times.expiresAt ?? .max > now, ephemeralJudges[feeds[slot].kind]?.judge(bytes).isSent ?? true
                    else { return }
                    let start = passing.bytes.count
                    passing.bytes.append(contentsOf: bytes)
                    passing.entries.append(
                        EphemeralEntry(
                            feed: feeds[slot].name, id: id, event: event, body: start..<passing.bytes.count))
                case .bad(let reason): discard(reason, slot)
                }
            }
        }
        release(slot)
    }

    /// Goes back to the beginning of a list that is gone, or another one by now.
    func restart(_ slot: Int) {
        feeds[slot].position = .start
        feeds[slot].tail = []
        ephemeralTails[slot] = nil
        release(slot)
    }

    /// Hands over what a round trip brought.
    func handOverPassed() {
        guard !passing.entries.isEmpty else { return }
        telemetry.entriesEphemeral.add(passing.entries.count)
        let passed = passing
        passing = EphemeralBatch()
        handOversUnderWay += receivers.count
        for receive in receivers {
            receive(passed) { [self] in post(on: executor) { $0.handOversUnderWay -= 1 } }
        }
    }

    private func discard(_ reason: BadEntry, _ slot: Int) {
        telemetry.entriesDiscarded.add()
        reportDiscarded(feeds[slot].name, reason)
    }

    // MARK: - Newcomers

    /// Calls `body` once it is known where the lists of these feeds end, so that whoever is told that a stream is live
    /// may count on what is pushed from then on; while Redis is away, after a moment.
    func whenPositioned(_ feeds: [FeedName], _ body: @escaping @Sendable () -> Void) {
        positionWaits.append(PositionWait(feeds: feeds, end: .now + Poller.longestPositionWait, body: body))
    }

    func answerPositioned(_ now: MonotonicTime) {
        guard !positionWaits.isEmpty else { return }
        let waits = positionWaits
        positionWaits.removeAll()
        for wait in waits {
            let isKnown = wait.feeds.allSatisfy { name in
                feeds.slot(of: name).map { !feeds[$0].passesOver || feeds[$0].isFaulty } ?? true
            }
            if isKnown || now >= wait.end { wait.body() } else { positionWaits.append(wait) }
        }
    }

    /// Who waits until it is known where lists end.
    struct PositionWait {
        let feeds: [FeedName]
        let end: MonotonicTime
        let body: @Sendable () -> Void
    }

    private static let longestPositionWait: Milliseconds = 500
}
