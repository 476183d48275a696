import Redis
import SQLite

/// What a writer can know to be taken in, and what it pushes again where Redis has forgotten.
extension ChaosWriter {
    private func query<T>(_ sql: String, _ feed: Int, _ body: (SQLiteStatement) throws -> T) throws -> T {
        let connection = try SQLiteConnection(path: database, access: .readOnly, busyTimeoutMilliseconds: 1000)
        let statement = try connection.prepare(sql)
        statement.bind(1, feeds.all[feed].name)
        return try body(statement)
    }

    /// How many of a feed's entries are stored: as it has them in order, the last one's number.
    func storedCount(_ feed: Int) throws -> Int {
        try query("SELECT count(*) FROM notifications WHERE feed = ?", feed) { try $0.step() ? Int($0.int64(0)) : 0 }
    }

    /// The bad entries that are not in quarantine.
    func missingBadEntries(_ feed: Int) throws -> [String] {
        let quarantined = try query("SELECT entry FROM quarantine WHERE feed = ?", feed) { statement in
            var entries: Set<String> = []
            while try statement.step() { entries.insert(statement.string(0)) }
            return entries
        }
        return badEntries[feed, default: []].filter { !quarantined.contains($0) }
    }

    /// Whether all that was pushed to a feed is in the database.
    func isStored(_ feed: Int) throws -> Bool {
        try storedCount(feed) >= ledger.count(of: feed) && missingBadEntries(feed).isEmpty
    }

    /// What was pushed and is not in the database, and so many entries more before it.
    func unproven(_ feed: Int, overlap: Int) throws -> [String] {
        let (stored, known) = (try storedCount(feed), ledger.count(of: feed))
        let entries = ((max(0, min(stored, known) - overlap))..<known).map {
            feeds.text(of: ChaosEntry(feed: feed, number: $0 + 1))
        }
        return try missingBadEntries(feed) + entries
    }

    // MARK: - A Redis that is emptied

    /// Gets ready for a Redis that forgets everything; false where it is too early.
    ///
    /// What has no id cannot be pushed again in doubt, and must be stored by then; of the rest each feed gets something
    /// that may not be.
    mutating func prepareForFlush() -> Bool {
        mend(until: .now + .seconds(3600))
        let withoutIDs = owned.filter { !feeds.all[$0].hasIDs }
        guard (try? withoutIDs.allSatisfy(isStored)) ?? false else { return false }
        for feed in owned where feeds.all[feed].hasIDs { push(to: feed) }
        return true
    }

    /// Pushes what it has no proof of; false where it could not find out.
    mutating func pushAgain() -> Bool {
        guard let entries = try? owned.map({ try unproven($0, overlap: feeds.all[$0].hasIDs ? 3 : 0) }) else {
            return false
        }
        for (feed, entries) in zip(owned, entries) where !entries.isEmpty {
            send([["RPUSH", feeds.all[feed].list] + entries, ["SET", feeds.all[feed].flag, "1"]])
        }
        return true
    }
}
