import Feeds
import Logging
import Reactor
import Redis

/// What applications see in Redis of who is where: sorted sets whose scores are times, in Unix seconds, until which an
/// element counts, so that nothing of a bridge that died counts for long.
///
/// `flagpole:presence:KIND` has the IDs of the kind's watched feeds, `flagpole:presence:KIND:ID` the identities at one.
struct PresenceMirror {
    static let lifetimeSeconds: Int64 = 60
    static let refreshInterval: Milliseconds = 20_000
    /// How many elements one command adds.
    private static let elementsPerCommand = 500

    private let prefix: String
    private let telemetry: Telemetry
    private var link: RedisLink
    private var nextRefresh = MonotonicTime.distantFuture
    private var limiter = LogLimiter(interval: .seconds(10))

    init(_ endpoint: RedisEndpoint, prefix: String, telemetry: Telemetry) {
        link = RedisLink(endpoint)
        self.prefix = prefix + "flagpole:presence:"
        self.telemetry = telemetry
    }

    /// Shows what has changed.
    mutating func note(
        _ changed: [(feed: FeedName, identity: String?)], _ counts: PresenceCounts, _ now: MonotonicTime
    ) {
        if nextRefresh == .distantFuture { nextRefresh = now + Self.refreshInterval }
        guard !changed.isEmpty else { return }
        var commands = PresenceCommands(prefix: prefix)
        for (feed, identity) in changed {
            let room = counts.rooms[feed]
            if room == nil {
                commands.remove(feed)
            } else {
                commands.add([String(feed.id)], to: feed.kind)
            }
            guard let identity else { continue }
            let isThere = room?.identities[identity] != nil
            if isThere { commands.add([identity], at: feed) } else { commands.remove([identity], at: feed) }
        }
        send(commands, now)
    }

    /// Shows everything anew if that is due; returns when it is due again.
    mutating func turn(_ counts: PresenceCounts, _ now: MonotonicTime) -> MonotonicTime {
        guard nextRefresh <= now else { return nextRefresh }
        nextRefresh = counts.rooms.isEmpty ? .distantFuture : now + Self.refreshInterval
        var commands = PresenceCommands(prefix: prefix)
        for (kind, feeds) in Dictionary(grouping: counts.rooms.keys, by: \.kind) {
            for part in feeds.map({ String($0.id) }).parts(of: Self.elementsPerCommand) { commands.add(part, to: kind) }
        }
        for (feed, room) in counts.rooms {
            for part in room.identities.keys.compactMap({ $0 }).parts(of: Self.elementsPerCommand) {
                commands.add(part, at: feed)
            }
        }
        send(commands, now)
        return nextRefresh
    }

    /// Takes away what only this bridge has shown.
    mutating func close(_ counts: PresenceCounts) {
        var commands = PresenceCommands(prefix: prefix)
        for (feed, room) in counts.rooms {
            commands.remove(feed)
            let identities = room.identities.keys.compactMap { $0 }
            if !identities.isEmpty { commands.remove(identities, at: feed) }
        }
        if link.isConnected { send(commands, .now) }
        link.close()
    }

    /// What Redis does not take now is shown with everything else once it can.
    private mutating func send(_ commands: PresenceCommands, _ now: MonotonicTime) {
        guard commands.count > 0 else { return }
        do throws(RedisError) {
            guard let connection = try link.connect(now) else {
                nextRefresh = min(nextRefresh, link.retry)
                return
            }
            connection.append(encoded: commands.encoded)
            var refusal: RedisServerError?
            for _ in 0..<commands.count {
                let reply = try connection.readReply()
                refusal = refusal ?? reply.serverError
            }
            // It is loading, say.
            if let refusal, refusal.isOfWholeServer { throw RedisError.server(refusal) }
            link.succeeded()
            if let refusal { report(.server(refusal)) }
        } catch {
            link.failed(now)
            nextRefresh = min(nextRefresh, link.retry)
            report(error)
        }
    }

    private mutating func report(_ error: RedisError) {
        telemetry.redisErrors(error.kind).add()
        if let suppressed = limiter.admit("presence", at: .now) {
            telemetry.logger.warning(
                "presence cannot be shown in Redis", [("error", .string("\(error)")), ("suppressed", .int(suppressed))])
        }
    }
}

/// Commands to be sent in one go.
private struct PresenceCommands {
    let prefix: String
    private(set) var encoded: [UInt8] = []
    private(set) var count = 0
    private let now = WallClock.unixMilliseconds / 1000

    init(prefix: String) { self.prefix = prefix }

    private func key(of kind: Substring) -> String { prefix + kind }

    private func key(of feed: FeedName) -> String { prefix + feed.text }

    /// IDs of a kind's feeds.
    mutating func add(_ ids: [String], to kind: Substring) { add(ids, to: key(of: kind)) }

    /// Identities at a feed.
    mutating func add(_ identities: [String], at feed: FeedName) { add(identities, to: key(of: feed)) }

    /// What a bridge that died has left goes with what comes; the whole set vanishes with the last of them.
    private mutating func add(_ elements: [String], to key: String) {
        let expiry = String(now + PresenceMirror.lifetimeSeconds)
        append(["ZREMRANGEBYSCORE", key, "-inf", "(\(now)"])
        append(["ZADD", key] + elements.flatMap { [expiry, $0] })
        append(["EXPIRE", key, String(PresenceMirror.lifetimeSeconds)])
    }

    mutating func remove(_ identities: [String], at feed: FeedName) { append(["ZREM", key(of: feed)] + identities) }

    mutating func remove(_ feed: FeedName) { append(["ZREM", key(of: feed.kind), String(feed.id)]) }

    private mutating func append(_ command: [String]) {
        RESPEncoder.append(command: command, to: &encoded)
        count += 1
    }
}

extension Array {
    /// The elements in order, so many at a time.
    fileprivate func parts(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
