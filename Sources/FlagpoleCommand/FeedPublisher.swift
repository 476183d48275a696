import Bridge
import Feeds
import Reactor
import Redis
import SQLite

/// Pushes entries to one feed over one connection to Redis; to a kind with the source `flag+database` by rows and a flag.
struct FeedPublisher {
    /// How many entries go into one transaction.
    private static let batchSize = 500

    let feed: FeedName
    let maximumBytes: Int
    /// How many entries Redis has taken.
    private(set) var pushed = 0
    private let connection: RedisConnection
    private let command: PublishCommand
    private let rows: RowPublisher?
    private var reader: OutgoingEntryReader

    init(_ feed: FeedName, _ kind: Kind, _ configuration: Configuration) throws(CommandError) {
        self.feed = feed
        maximumBytes = configuration.poll.maxNotificationBytes
        command = PublishCommand(to: feed, of: kind, prefix: configuration.redis.prefix)
        reader = OutgoingEntryReader(maximumBytes: maximumBytes)
        do throws(SQLiteError) {
            rows = kind.source == .flagAndDatabase ? try RowPublisher(path: configuration.databasePath) : nil
        } catch {
            throw .failure("\(configuration.databasePath): \(error)")
        }
        do throws(RedisError) {
            connection = try RedisConnection(
                configuration.redisEndpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(30))
        } catch {
            let hint = configuration.redis.isEmbedded ? "; the embedded Redis runs while `flagpole serve` does" : ""
            throw .failure("\(error)\(hint)")
        }
    }

    /// Pushes one entry and returns its id.
    mutating func push(_ entry: [UInt8]) throws(CommandError) -> String {
        switch try offer(entry, id: NotificationID.make(unixMilliseconds: WallClock.unixMilliseconds)) {
        case .bad(let reason): throw .failure("the notification was not pushed: \(reason.explanation)")
        case .ready(let id, _): return id
        }
    }

    /// Pushes one entry, unless the bridge would set it aside; `id` is for one that has none.
    mutating func offer(_ entry: [UInt8], id: String) throws(CommandError) -> OutgoingEntry {
        let outgoing = reader.read(entry) { id }
        if case .ready(let id, let bytes) = outgoing { try send([(id, bytes)]) }
        return outgoing
    }

    /// Pushes the entries that the lines are, up to the first that is none; blank lines are passed over.
    ///
    /// - Parameters:
    ///   - lines: The lines, without their ends.
    ///   - count: How many lines came before, for the words of an error.
    /// - Throws: What is wrong with which line, or with Redis.
    mutating func push(lines: [[UInt8]], after count: Int) throws(CommandError) {
        var batch: [(id: String, bytes: [UInt8])] = []
        for (index, line) in lines.enumerated() where !line.isBlank {
            switch read(line) {
            case .ready(let id, let bytes):
                batch.append((id, bytes))
            case .bad(let reason):
                try send(batch)
                throw .failure("line \(count + index + 1): \(reason.explanation)\(before)")
            }
            guard batch.count == Self.batchSize else { continue }
            try send(batch)
            batch = []
        }
        try send(batch)
    }

    private mutating func read(_ entry: [UInt8]) -> OutgoingEntry {
        reader.read(entry) { NotificationID.make(unixMilliseconds: WallClock.unixMilliseconds) }
    }

    private mutating func send(_ entries: [(id: String, bytes: [UInt8])]) throws(CommandError) {
        guard !entries.isEmpty else { return }
        do {
            try rows?.publish(entries, to: feed)
            try command.send(entries.map(\.bytes), over: connection)
        } catch {
            throw .failure("\(error)\(before)")
        }
        pushed += entries.count
    }

    /// What an error says about the entries before it.
    private var before: String { pushed == 0 ? "" : " (pushed before it: \(pushed))" }
}

extension [UInt8] {
    fileprivate var isBlank: Bool { allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}
