import Foundation
import Redis
import TestSupport

/// How something is pushed.
enum ChaosPush: CaseIterable {
    case listThenFlag, flagThenList, transaction
    /// It waits for the next comparison of the list.
    case withoutFlag
}

/// The writer of some feeds, on a thread of its own: a good one, which pushes the same again until it is acknowledged;
/// what has no id only if it is not on the list.
struct ChaosWriter {
    let feeds: ChaosFeeds
    /// Its own ones among them.
    let owned: [Int]
    let pushes: [ChaosPush]
    let redis: String
    let database: String
    let ledger: ChaosLedger
    /// Whether nobody waits any more for what it does.
    let isAbandoned: () -> Bool
    var random: SeededGenerator
    private var connection: RedisConnection?
    /// Those that it pushed, by feed.
    private(set) var badEntries: [Int: [String]] = [:]
    /// Until when keys are of the wrong type, by feed.
    var spoiltFlags: [Int: ContinuousClock.Instant] = [:]
    var spoiltLists: [Int: ContinuousClock.Instant] = [:]

    init(
        _ settings: ChaosSettings, owned: [Int], redis: String, database: String, ledger: ChaosLedger, number: Int,
        isAbandoned: @escaping () -> Bool
    ) {
        feeds = settings.feeds
        self.owned = owned
        pushes = ChaosPush.allCases.filter(settings.pushes.contains)
        self.redis = redis
        self.database = database
        self.ledger = ledger
        self.isAbandoned = isAbandoned
        random = SeededGenerator(seed: settings.seed &+ UInt64(number))
    }

    /// Pushes something to one of its feeds.
    mutating func push() {
        let feed = owned.any(&random)
        if spoiltLists[feed] == nil { push(to: feed) }
    }

    mutating func push(to feed: Int) {
        var kind = pushes.any(&random)
        // To set a flag would mend it.
        if spoiltFlags[feed] != nil { kind = .withoutFlag }
        let known = ledger.count(of: feed)
        let count = random.isTrue(oneIn: 5) ? 3 : 1
        var entries = (1...count).map { feeds.text(of: ChaosEntry(feed: feed, number: known + $0)) }
        if known > 0, feeds.all[feed].hasIDs, random.isTrue(oneIn: 10) {
            let earlier = ChaosEntry(feed: feed, number: Int.random(in: 1...known, using: &random))
            entries.insert(feeds.text(of: earlier), at: Int.random(in: 0...entries.count, using: &random))
        }
        let bad = random.isTrue(oneIn: 30) ? [badEntry(feed)] : []
        entries.insert(contentsOf: bad, at: Int.random(in: 0...entries.count, using: &random))
        send(commands(kind, feeds.all[feed], entries), once: feeds.all[feed].hasIDs ? nil : feeds.all[feed].list)
        ledger.note(count, in: feed, isAnnounced: kind != .withoutFlag, badEntries: bad)
    }

    private func commands(_ kind: ChaosPush, _ feed: ChaosFeed, _ entries: [String]) -> [[String]] {
        let push = ["RPUSH", feed.list] + entries
        let flag = ["SET", feed.flag, "1"]
        var commands =
            switch kind {
            case .listThenFlag: [push, flag]
            case .flagThenList: [flag, push]
            case .transaction: [["MULTI"], push, flag, ["EXEC"]]
            case .withoutFlag: [push]
            }
        // Much longer than what comes in while the bridge is away, so that nothing is lost by this.
        if feed.isTrimmed { commands.append(["LTRIM", feed.list, "-200", "-1"]) }
        return commands
    }

    private mutating func badEntry(_ feed: Int) -> String {
        let name = "\(feeds.all[feed].name) bad \(badEntries[feed, default: []].count + 1)"
        let entry = [#"{"cut":"\#(name)""#, #""no object: \#(name)""#, #"{"id":"\u0007","of":"\#(name)"}"#].any(&random)
        badEntries[feed, default: []].append(entry)
        return entry
    }

    // MARK: - Redis

    /// Runs the commands; all of them again, as often as it takes, where one was not acknowledged.
    ///
    /// What is pushed onto the list that is to get it `once` is not pushed again if it is there.
    mutating func send(_ commands: [[String]], once list: String? = nil) {
        while !isAbandoned() {
            do {
                let isRetry = connection == nil
                let connection = try connect()
                var commands = commands
                if isRetry, let list {
                    let push = commands.first { $0.starts(with: ["RPUSH", list]) }
                    let newest = try connection.command("LRANGE", list, "-1", "-1")
                    if newest.count == 1, newest.element(0).string == push?.last {
                        commands.removeAll { $0 == push }
                    }
                }
                for command in commands {
                    connection.append(command)
                    let reply = try connection.readReply()
                    if let error = reply.serverError { throw RedisError.server(error) }
                }
                return
            } catch {
                connection = nil
                poll(nil, 0, 20)
            }
        }
    }

    /// All that is on a feed's list.
    mutating func list(_ feed: Int) throws -> [String] {
        let reply = try connect().command("LRANGE", feeds.all[feed].list, "0", "-1")
        return (0..<reply.count).map { reply.element($0).string }
    }

    private mutating func connect() throws -> RedisConnection {
        let open = try connection.flatMap { $0.isUsable ? $0 : nil } ?? .test(redis)
        connection = open
        return open
    }
}
