import Feeds
import Logging
import Reactor
import Redis

extension Poller {
    func store(_ batch: inout IngestBatch) {
        guard !batch.readings.isEmpty else { return }
        let handed = batch
        batch = IngestBatch()
        batchesUnderWay += 1
        writer.post(on: writer.executor) { [self] writer in
            let result = Result { try writer.ingest(handed) }
            let positions = handed.readings.map { ($0.feed, $0.position) }
            post(on: executor) { $0.finish(positions, result) }
        }
    }

    /// What became of a batch: the positions move, or everything is read again.
    private func finish(_ positions: [(FeedName, ListPosition)], _ result: Result<IngestOutcome, any Error>) {
        batchesUnderWay -= 1
        var conflicting: [Int] = []
        switch result {
        case .success(let outcome):
            storeSucceeded()
            reportQuarantined(outcome)
            for (name, position) in positions {
                guard let slot = feeds.slot(of: name) else { continue }
                if outcome.conflicts.contains(name) {
                    feeds[slot].phase = .unknown
                    feeds[slot].needsReading = true
                    conflicting.append(slot)
                } else {
                    feeds[slot].position = position
                    feeds[slot].phase = .idle
                    if feeds[slot].needsReading { toRead.append(slot) } else { release(slot) }
                }
            }
        case .failure(let error):
            storeFailed(error, .now)
            for (name, _) in positions { if let slot = feeds.slot(of: name) { readAgain(slot) } }
        }
        askPositions(conflicting)
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
