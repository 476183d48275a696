import Feeds

/// Compares what was acknowledged to writers with what the database holds, and that with what each stream received.
struct ChaosAudit {
    private let feeds: ChaosFeeds
    private let pushes: [[ChaosLedger.Push]]
    private let reads: [ChaosDatabase.Read]
    /// By feed, in the order of the log.
    private var stored: [[(position: LogPosition, number: Int)]]
    private var entries: [LogPosition: ChaosEntry] = [:]
    private(set) var verdict = ChaosVerdict()

    init(_ feeds: ChaosFeeds, _ ledger: ChaosLedger, _ database: ChaosDatabase, _ records: [StreamRecord]) {
        self.feeds = feeds
        pushes = ledger.pushes
        reads = database.reads
        stored = Array(repeating: [], count: feeds.all.count)
        check(database)
        for bad in ledger.badEntries where !database.quarantined.contains(bad) {
            note(.lost, "\(bad) is not in quarantine")
        }
        for row in database.rows where !row.isRead {
            guard let entry = feeds.entry(text: row.body), entry.number <= ledger.readThrough(entry.feed) else {
                continue
            }
            note(.lost, "\(name(entry)) was read, and is not")
        }
        for record in records {
            check(record)
            checkReads(record)
        }
    }

    private mutating func note(
        _ kind: ChaosViolation.Kind, _ text: String, at time: ContinuousClock.Instant? = nil
    ) {
        verdict.violations.append(ChaosViolation(kind: kind, text: text, time: time))
    }

    private func name(_ entry: ChaosEntry) -> String { feeds.mark(of: entry) }

    private func acknowledged(_ entry: ChaosEntry) -> ContinuousClock.Instant? {
        let pushes = pushes[entry.feed]
        return pushes.indices.contains(entry.number - 1) ? pushes[entry.number - 1].acknowledged : nil
    }

    // MARK: - The database

    private mutating func check(_ database: ChaosDatabase) {
        for position in database.danglingPositions { note(.lost, "the log has nothing at \(position)") }
        var sequence: Int64 = 0
        for row in database.rows {
            guard let entry = feeds.entry(text: row.body), feeds.all[entry.feed].name == row.feed,
                row.id == name(entry) || !feeds.all[entry.feed].hasIDs
            else {
                note(.surprise, "stored at \(row.position): \(row.id) \(row.body.prefix(500))")
                continue
            }
            if row.sequence == sequence { note(.twice, "\(name(entry)) is in the log twice") }
            if row.sequence < sequence {
                note(.outOfOrder, "\(name(entry)) was stored before what precedes it in the log")
            }
            sequence = max(sequence, row.sequence)
            stored[entry.feed].append((row.position, entry.number))
            entries[row.position] = entry
        }
        for feed in feeds.all.indices { checkStored(feed) }
    }

    private mutating func checkStored(_ feed: Int) {
        var seen: Set<Int> = []
        var last = 0
        for (_, number) in stored[feed] {
            let entry = ChaosEntry(feed: feed, number: number)
            if !seen.insert(number).inserted { note(.twice, "\(name(entry)) is stored twice", at: acknowledged(entry)) }
            if number < last { note(.outOfOrder, "\(name(entry)) is stored behind \(last)", at: acknowledged(entry)) }
            last = max(last, number)
        }
        for (index, push) in pushes[feed].enumerated() where !seen.contains(index + 1) {
            let entry = ChaosEntry(feed: feed, number: index + 1)
            note(.lost, "\(name(entry)) is not stored", at: push.acknowledged)
        }
    }

    // MARK: - Streams

    private mutating func check(_ record: StreamRecord) {
        for (time, text, isResync) in record.surprises {
            note(isResync ? .resync : .surprise, "\(record.name) got \(text.prefix(500))", at: time)
        }
        var seen: Set<ChaosEntry> = []
        var newest: [Int: Int] = [:]
        var position: LogPosition = 0
        for arrival in record.arrivals {
            let entry = arrival.entry
            let what = "\(record.name) got \(name(entry)) at \(arrival.position)"
            if !seen.insert(entry).inserted { note(.twice, "\(what) again", at: arrival.time) }
            if entries[arrival.position] != entry { note(.neverCommitted, what, at: arrival.time) }
            if arrival.position <= position { note(.outOfOrder, "\(what) after \(position)", at: arrival.time) }
            if let last = newest[entry.feed], entry.number < last {
                note(.outOfOrder, "\(what) after number \(last)", at: arrival.time)
            }
            position = max(position, arrival.position)
            newest[entry.feed] = max(newest[entry.feed] ?? 0, entry.number)
        }
        guard let start = record.start else { return }
        for feed in record.feeds {
            for (position, number) in stored[feed] where position > start {
                let entry = ChaosEntry(feed: feed, number: number)
                guard !seen.contains(entry) else { continue }
                note(.lost, "\(record.name) did not get \(name(entry)) at \(position)", at: acknowledged(entry))
            }
        }
    }

    private mutating func checkReads(_ record: StreamRecord) {
        guard let start = record.start else { return }
        let names = Set(record.feeds.map { feeds.all[$0].name })
        let expected = reads.filter { $0.position > start && names.contains($0.feed) }.map(\.position)
        let received = Set(record.reads.map(\.position))
        for position in expected where !received.contains(position) {
            note(.lost, "\(record.name) was not told what is read at \(position)")
        }
        for position in received.subtracting(expected) {
            note(.neverCommitted, "\(record.name) was told what is read at \(position)")
        }
        var last: LogPosition = 0
        for read in record.reads {
            let before = record.arrivals.prefix(read.arrivals).last?.position ?? 0
            let after = record.arrivals.dropFirst(read.arrivals).first?.position ?? .max
            if read.position == last {
                note(.twice, "\(record.name) was told what is read at \(last)")
            } else if read.position < max(last, before) || read.position > after {
                note(.outOfOrder, "\(record.name) was told what is read at \(read.position)")
            }
            last = max(last, read.position)
        }
    }
}
