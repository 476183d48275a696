import Feeds
import Redis

/// What a writer sends to publish to one feed, in one transaction: RPUSH, EXPIRE and SET, or what the kind's source has
/// in their place.
package struct PublishCommand: Sendable {
    private let source: Kind.Source
    private let list: String
    private let flag: String
    private let timeToLiveSeconds: Int
    private let trimsTo: Int?

    /// Appends elements to a JSON array that a string may hold already.
    private static let valueScript = """
        local value = redis.call('GET', KEYS[1]) or '[]'
        local head = string.match(value, '^(%s*%[.*)%]%s*$')
        if not head then return redis.error_reply('WRONGTYPE the string holds no JSON array') end
        local comma = string.match(head, '^%s*%[%s*$') and '' or ','
        return redis.call('SET', KEYS[1], head .. comma .. ARGV[1] .. ']', 'KEEPTTL')
        """

    /// - Parameters:
    ///   - feed: The feed to publish to.
    ///   - kind: The feed's kind; of one with the source `flag+database` only the flag is Redis's.
    ///   - prefix: What stands before every key.
    ///   - trimsTo: How many entries its list has at most afterwards; nil: as many as there are.
    package init(to feed: FeedName, of kind: Kind, prefix: String, trimsTo: Int? = nil) {
        source = kind.source
        list = kind.list.map { prefix + $0.key(for: feed.id) } ?? ""
        flag = kind.flag.map { prefix + $0.key(for: feed.id) } ?? ""
        timeToLiveSeconds = kind.listTimeToLiveSeconds
        self.trimsTo = source == .flagAndList || source == .list ? trimsTo : nil
    }

    /// Appends the encoded transaction, which `readReplies` answers for; at least one entry must be given.
    package func append(_ entries: some Collection<[UInt8]>, to buffer: inout [UInt8]) {
        precondition(!entries.isEmpty, "RPUSH takes at least one entry")
        RESPEncoder.append(command: ["MULTI"], to: &buffer)
        switch source {
        case .flagAndList, .list:
            RESPEncoder.appendArrayHeader(2 + entries.count, to: &buffer)
            RESPEncoder.appendBulk("RPUSH", to: &buffer)
            RESPEncoder.appendBulk(list, to: &buffer)
            for entry in entries { RESPEncoder.appendBulk(entry, to: &buffer) }
        case .value:
            RESPEncoder.appendArrayHeader(5, to: &buffer)
            for argument in ["EVAL", Self.valueScript, "1", list] { RESPEncoder.appendBulk(argument, to: &buffer) }
            RESPEncoder.appendBulk(Array(entries.joined(separator: [UInt8(ascii: ",")])), to: &buffer)
        case .flagAndDatabase:
            break
        }
        if let trimsTo { RESPEncoder.append(command: ["LTRIM", list, "-\(trimsTo)", "-1"], to: &buffer) }
        if expires { RESPEncoder.append(command: ["EXPIRE", list, String(timeToLiveSeconds)], to: &buffer) }
        if source.needsFlag { RESPEncoder.append(command: ["SET", flag, "1"], to: &buffer) }
        RESPEncoder.append(command: ["EXEC"], to: &buffer)
    }

    /// Whether the entries stand in Redis.
    var needsList: Bool { source.needsList }

    private var expires: Bool { timeToLiveSeconds > 0 && source.needsList }

    /// How many replies come: to MULTI and EXEC, and for each command between them.
    private var replyCount: Int {
        2 + [source.needsList, trimsTo != nil, expires, source.needsFlag].count(where: \.self)
    }

    /// Reads the replies to one transaction, all of them even where the first is an error.
    ///
    /// - Throws: ``RedisError/server(_:)`` where Redis refused the transaction or a command of it, in the latter case
    ///   with the others done (a list of the wrong type leaves the flag raised); the connection then stays usable.
    package func readReplies(from connection: RedisConnection) throws(RedisError) {
        var refusal: RedisServerError?
        for _ in 0..<replyCount {
            let reply = try connection.readReply()
            let errors = [reply.serverError] + (0..<reply.count).map { reply.element($0).serverError }
            refusal = refusal ?? errors.lazy.compactMap(\.self).first
        }
        if let refusal { throw .server(refusal) }
    }

    /// Publishes and waits for the answer; no reply to an earlier command may be outstanding.
    package func send(_ entries: some Collection<[UInt8]>, over connection: RedisConnection) throws(RedisError) {
        var encoded: [UInt8] = []
        append(entries, to: &encoded)
        connection.append(encoded: encoded)
        try readReplies(from: connection)
    }
}
