import Feeds
import Logging
import Reactor
import Redis

extension Poller {
    func store(_ batch: inout IngestBatch) {
        guard !batch.readings.isEmpty else { return }
        Faults.reach(.read)
        let handed = batch
        batch = IngestBatch()
        batchesUnderWay += 1
        writer.post(on: writer.executor) { [self] writer in
            let result = Result { try writer.ingest(handed) }
            post(on: executor) { $0.finish(handed.readings, result) }
        }
    }

    /// What became of a batch: the positions move, or everything is read again.
    private func finish(_ readings: [FeedReading], _ result: Result<IngestOutcome, any Error>) {
        batchesUnderWay -= 1
        var unknown: [Int] = []
        switch result {
        case .success(let outcome):
            storeSucceeded()
            reportQuarantined(outcome)
            for reading in readings {
                guard let slot = feeds.slot(of: reading.feed) else { continue }
                if outcome.conflicts.contains(reading.feed) {
                    forgetPosition(slot, reading)
                    unknown.append(slot)
                } else {
                    feeds[slot].position = reading.position
                    feeds[slot].phase = .idle
                    if !feeds[slot].tail.isEmpty {
                        feeds[slot].tail = Array((feeds[slot].tail + reading.hashes).suffix(ListPosition.tailLength))
                    }
                    if feeds[slot].needsReading { toRead.append(slot) } else { release(slot) }
                }
            }
        case .failure(let error):
            storeFailed(error, .now)
            // Whether the commit lasted all the same, the store will say.
            for reading in readings {
                guard let slot = feeds.slot(of: reading.feed) else { continue }
                forgetPosition(slot, reading)
                unknown.append(slot)
            }
        }
        askPositions(unknown)
    }

    /// Has a feed wait for its position from the store, and be read again from there.
    private func forgetPosition(_ slot: Int, _ reading: FeedReading) {
        feeds[slot].phase = .unknown
        feeds[slot].continues = reading.continues
        feeds[slot].needsReading = true
        feeds[slot].tail = []
    }

    func readAgain(_ slot: Int) {
        feeds[slot].phase = .idle
        feeds[slot].needsReading = true
        toRead.append(slot)
    }

    private func reportQuarantined(_ outcome: IngestOutcome) {
        guard let first = outcome.quarantined.first else { return }
        for entry in outcome.quarantined { telemetry.entriesQuarantined.add(entry.count) }
        telemetry.logger.warning(
            "entries were set aside: \(first.reason.explanation)",
            [
                ("count", .int(outcome.quarantined.count)), ("feed", .string(first.feed.text)),
                ("reason", .string(first.reason.rawValue)),
            ])
    }
}
