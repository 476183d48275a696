import Foundation

/// What a writer does to one of its feeds beside pushing; called what it is called in the table.
enum ChaosOrder: String, CaseIterable {
    case beginAnew = "list deleted and begun anew"
    case rebuild = "list rebuilt, shorter"
    case expire = "list expired, known entries again"
    case takeOff = "entries taken off a list"
    case spoilFlag = "flag of the wrong type"
    case spoilList = "list of the wrong type"
}

extension ChaosWriter {
    /// How long keys are of the wrong type.
    private static let spoiling = (flag: Duration.milliseconds(700), list: Duration.milliseconds(1500))

    /// Does to a feed of its own what it is told to; false where it is too early for that.
    mutating func perform(_ order: ChaosOrder, on feed: Int) -> Bool {
        putBack(feed)
        do {
            switch order {
            case .beginAnew: return try beginAnew(feed)
            case .rebuild: return try rebuild(feed)
            case .expire: return try expire(feed)
            case .takeOff: return try takeOff(feed)
            case .spoilFlag: spoilFlag(feed)
            case .spoilList: return try spoilList(feed)
            }
        } catch {
            // The database is busy, or Redis away.
            return false
        }
        return true
    }

    /// Deletes a feed's list once all that is on it is stored.
    private mutating func beginAnew(_ feed: Int) throws -> Bool {
        guard try isStored(feed) else { return false }
        send([["DEL", feeds.all[feed].list]])
        return true
    }

    /// Makes the list anew in one moment, of what the bridge may not have read and some that it knows.
    private mutating func rebuild(_ feed: Int) throws -> Bool {
        let (stored, missing) = (try storedCount(feed), Set(try missingBadEntries(feed)))
        let entries = try list(feed)
        guard !entries.isEmpty else { return pushFirst(feed) }
        let unread = entries.firstIndex { text in
            feeds.entry(text: text).map { $0.number > stored } ?? missing.contains(text)
        }
        let start = min(unread ?? entries.endIndex, entries.endIndex - 1) - Int.random(in: 0...20, using: &random)
        let key = feeds.all[feed].list
        send([
            ["MULTI"], ["DEL", key], ["RPUSH", key] + entries[max(0, start)...], ["SET", feeds.all[feed].flag, "1"],
            ["EXEC"],
        ])
        return true
    }

    /// Lets the list expire, whatever is on it, and pushes again all that may not have been read, and some more.
    private mutating func expire(_ feed: Int) throws -> Bool {
        send([["PEXPIRE", feeds.all[feed].list, "20"]])
        poll(nil, 0, 150)
        let entries = try unproven(feed, overlap: 20)
        guard !entries.isEmpty else { return pushFirst(feed) }
        send([["RPUSH", feeds.all[feed].list] + entries, ["SET", feeds.all[feed].flag, "1"]])
        return true
    }

    /// Removes entries that are stored: the list's first ones, or some here and there.
    ///
    /// The last ones stay: by them the bridge knows the list where nothing has an id.
    private mutating func takeOff(_ feed: Int) throws -> Bool {
        let stored = try storedCount(feed)
        let old = try list(feed).filter { text in feeds.entry(text: text).map { $0.number <= stored - 10 } ?? false }
        guard old.count >= 5 else { return pushFirst(feed) }
        let some = random.isTrue(oneIn: 2) ? old : old.shuffled(using: &random)
        send(some.prefix(5).map { ["LREM", feeds.all[feed].list, "1", $0] })
        return true
    }

    private mutating func pushFirst(_ feed: Int) -> Bool {
        push(to: feed)
        return false
    }

    // MARK: - Wrong types

    private mutating func spoilFlag(_ feed: Int) {
        let flag = feeds.all[feed].flag
        send([["MULTI"], ["DEL", flag], ["RPUSH", flag, "1"], ["EXEC"]])
        spoiltFlags[feed] = .now + Self.spoiling.flag
    }

    /// Puts the list aside, and something else in its place.
    private mutating func spoilList(_ feed: Int) throws -> Bool {
        guard try !list(feed).isEmpty else { return pushFirst(feed) }
        let script = """
            if redis.call('EXISTS', KEYS[2]) == 0 then
                redis.call('RENAME', KEYS[1], KEYS[2])
                redis.call('HSET', KEYS[1], 'a', '1')
            end
            """
        let key = feeds.all[feed].list
        send([["EVAL", script, "2", key, aside(feed)], ["SET", feeds.all[feed].flag, "1"]])
        spoiltLists[feed] = .now + Self.spoiling.list
        return true
    }

    private func aside(_ feed: Int) -> String { "aside:\(feeds.all[feed].name)" }

    private mutating func putBack(_ feed: Int) {
        guard spoiltLists[feed] != nil else { return }
        let script = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end"
        send([["EVAL", script, "2", aside(feed), feeds.all[feed].list], ["SET", feeds.all[feed].flag, "1"]])
        spoiltLists[feed] = nil
    }

    /// Mends what was spoilt for long enough.
    mutating func mend(until now: ContinuousClock.Instant) {
        for (feed, end) in spoiltFlags where end <= now {
            send([["DEL", feeds.all[feed].flag]])
            spoiltFlags[feed] = nil
        }
        for (feed, end) in spoiltLists where end <= now { putBack(feed) }
    }
}
