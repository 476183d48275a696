import Bridge
import Feeds
import Reactor
import Redis

/// Finds the feeds that have a key in Redis, a few keys at a time.
struct FeedDiscovery {
    /// How often to look on, in seconds.
    private static let interval = 0.25
    /// How many keys Redis looks at each time.
    private static let keysPerStep = 1000

    private let configuration: Configuration
    private var connection: RedisConnection?
    /// Where the search of Redis has got to: a kind, and a cursor of SCAN.
    private var kind = 0
    private var cursor = "0"
    private var searched = MonotonicTime(nanoseconds: 0)
    private var isFull = false

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Searches on where it is time to, and returns feeds that are not among those that are known.
    ///
    /// A Redis that does not answer is asked again the next time.
    mutating func next(after known: [FeedName]) -> [FeedName] {
        guard !isFull, MonotonicTime.now.seconds(since: searched) >= Self.interval else { return [] }
        searched = .now
        guard let found = try? search() else {
            connection = nil
            return []
        }
        let new = Set(found).subtracting(known).sorted { $0.text < $1.text }
        let room = configuration.server.maxFeedsPerStream - known.count
        if new.count > room {
            isFull = true
            Terminal.error.note(
                "there are more feeds than a stream may have: \(known.count + room) are watched")
        }
        return Array(new.prefix(room))
    }

    private mutating func search() throws -> [FeedName] {
        let connection =
            try self.connection
            ?? RedisConnection(configuration.redisEndpoint, connectTimeout: .seconds(1), commandTimeout: .seconds(5))
        self.connection = connection
        let kind = configuration.kinds[kind]
        guard let template = kind.source.needsList ? kind.list : kind.flag else {
            searchNextKind()
            return []
        }
        let prefix = configuration.redis.prefix
        let reply = try connection.command(
            "SCAN", cursor, "MATCH", KeyTemplate.escapingGlob(prefix) + template.scanPattern, "COUNT",
            String(Self.keysPerStep))
        guard reply.count == 2 else { return [] }
        cursor = reply.element(0).string
        if cursor == "0" { searchNextKind() }
        let keys = reply.element(1)
        return (0..<keys.count).compactMap { index in
            let key = keys.element(index).string.utf8.dropFirst(prefix.utf8.count)
            return template.id(in: String(decoding: key, as: UTF8.self)).flatMap { FeedName(kind: kind.name, id: $0) }
        }
    }

    private mutating func searchNextKind() {
        kind = (kind + 1) % configuration.kinds.count
        cursor = "0"
    }
}
