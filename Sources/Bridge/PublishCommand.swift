import Feeds
import Redis

/// What a writer sends to publish to one feed: RPUSH, EXPIRE and SET in one transaction.
package struct PublishCommand: Sendable {
    private let list: String
    private let flag: String
    private let timeToLiveSeconds: Int

    /// - Parameters:
    ///   - feed: The feed to publish to.
    ///   - kind: The feed's kind.
    ///   - prefix: What stands before every key.
    package init(to feed: FeedName, of kind: Kind, prefix: String) {
        list = prefix + kind.list.key(for: feed.id)
        flag = prefix + kind.flag.key(for: feed.id)
        timeToLiveSeconds = kind.timeToLiveSeconds
    }

    /// Appends the encoded transaction, which `readReplies` answers for; at least one entry must be given.
    package func append(_ entries: some Collection<[UInt8]>, to buffer: inout [UInt8]) {
        precondition(!entries.isEmpty, "RPUSH takes at least one entry")
        RESPEncoder.append(command: ["MULTI"], to: &buffer)
        RESPEncoder.appendArrayHeader(2 + entries.count, to: &buffer)
        RESPEncoder.appendBulk("RPUSH", to: &buffer)
        RESPEncoder.appendBulk(list, to: &buffer)
        for entry in entries { RESPEncoder.appendBulk(entry, to: &buffer) }
        if timeToLiveSeconds > 0 {
            RESPEncoder.append(command: ["EXPIRE", list, String(timeToLiveSeconds)], to: &buffer)
        }
        RESPEncoder.append(command: ["SET", flag, "1"], to: &buffer)
        RESPEncoder.append(command: ["EXEC"], to: &buffer)
    }

    /// Reads the replies to one transaction, all of them even where the first is an error.
    ///
    /// - Throws: ``RedisError/server(_:)`` where Redis refused the transaction or a command of it, in the latter case
    ///   with the others done (a list of the wrong type leaves the flag raised); the connection then stays usable.
    package func readReplies(from connection: RedisConnection) throws(RedisError) {
        var refusal: RedisServerError?
        for _ in 0..<(timeToLiveSeconds > 0 ? 5 : 4) {
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
