import Access
import Reactor
import Redis

/// The thread that asks Redis for tokens, on a connection of its own.
actor TokenStore {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How many tokens are asked for at once.
    private static let tokensPerCommand = 500

    private let prefix: String
    private let telemetry: Telemetry
    private var link: RedisLink

    init(_ endpoint: RedisEndpoint, prefix: String, telemetry: Telemetry) {
        link = RedisLink(endpoint)
        self.prefix = prefix
        self.telemetry = telemetry
    }

    /// What a token grants; `nil` where it is not known, or its record cannot be used.
    func grant(of token: Token) throws(RedisError) -> Grant? {
        let (record, lifetime) = try asking { connection throws(RedisError) in
            connection.append("GET", key(token))
            connection.append("PTTL", key(token))
            return (try connection.readReply(), try connection.readReply())
        }
        if let error = record.serverError ?? lifetime.serverError { throw .server(error) }
        guard record.kind == .string else { return nil }
        return grant(record, expiresAt: Self.end(after: lifetime.integer, from: WallClock.unixMilliseconds))
    }

    /// When a token ends that has so many milliseconds left; `nil` where it does not, or later than can be told.
    static func end(after milliseconds: Int64, from now: Int64) -> Int64? {
        guard milliseconds >= 0 else { return nil }
        let (end, overflows) = now.addingReportingOverflow(milliseconds)
        return overflows ? nil : end
    }

    /// Puts a token's record where it is looked for.
    func add(_ token: Token, _ grant: Grant, seconds: Int) throws(RedisError) {
        try asking { connection throws(RedisError) in
            connection.append([
                Array("SET".utf8), Array(key(token).utf8), TokenRecord.encode(grant), Array("EX".utf8),
                Array(String(seconds).utf8),
            ])
            if let error = try connection.readReply().serverError { throw .server(error) }
        }
    }

    /// Takes a token back, also where it is gone already.
    func remove(_ token: Token) throws(RedisError) {
        try asking { connection throws(RedisError) in
            connection.append("DEL", key(token))
            if let error = try connection.readReply().serverError { throw .server(error) }
        }
    }

    /// What has become of tokens: nothing is told of those that are as they were.
    func changes(_ questions: [TokenQuestion]) throws(RedisError) -> [(Token, TokenChange)] {
        try asking { connection throws(RedisError) in
            var changes: [(Token, TokenChange)] = []
            for start in stride(from: 0, to: questions.count, by: Self.tokensPerCommand) {
                let part = questions[start..<min(start + Self.tokensPerCommand, questions.count)]
                changes += try self.changes(part, connection)
            }
            return changes
        }
    }

    private func changes(
        _ questions: ArraySlice<TokenQuestion>, _ connection: RedisConnection
    ) throws(RedisError) -> [(Token, TokenChange)] {
        let (looked, ending) = (questions.filter(\.asksRecord), questions.filter(\.asksLifetime))
        connection.append(["EXISTS"] + questions.map { key($0.token) })
        for question in ending { connection.append("PTTL", key(question.token)) }
        if !looked.isEmpty { connection.append(["MGET"] + looked.map { key($0.token) }) }
        let replies = try self.replies(1 + ending.count + (looked.isEmpty ? 0 : 1), connection)

        let now = WallClock.unixMilliseconds
        var changes = zip(ending, replies.dropFirst()).compactMap { question, reply -> (Token, TokenChange)? in
            guard reply.integer >= -1 else { return nil }
            return (question.token, .end(Self.end(after: reply.integer, from: now)))
        }
        for (index, question) in looked.enumerated() where index < replies[replies.count - 1].count {
            let record = replies[replies.count - 1].element(index)
            if let change = change(of: question, record) { changes.append((question.token, change)) }
        }
        guard replies[0].integer < questions.count else { return changes }
        // Mostly none is missing; only otherwise each is asked for.
        for question in questions { connection.append("EXISTS", key(question.token)) }
        for (question, reply) in zip(questions, try self.replies(questions.count, connection))
        where reply.integer == 0 {
            changes.append((question.token, .gone))
        }
        return changes
    }

    /// All of them are read before an error of one is thrown, so that it leaves none behind.
    private func replies(_ count: Int, _ connection: RedisConnection) throws(RedisError) -> [RedisReply] {
        var replies: [RedisReply] = []
        for _ in 0..<count { replies.append(try connection.readReply()) }
        if let error = replies.lazy.compactMap(\.serverError).first { throw .server(error) }
        return replies
    }

    private func change(of question: TokenQuestion, _ record: RedisReply) -> TokenChange? {
        guard record.kind == .string else { return .gone }
        let digest = record.withBytes { bytes in
            var hasher = Hasher()
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
            return hasher.finalize()
        }
        guard digest != question.digest else { return nil }
        return grant(record, expiresAt: nil).map { .record($0, digest: digest) } ?? .gone
    }

    /// What a record grants; nil where it cannot be used.
    private func grant(_ record: RedisReply, expiresAt: Int64?) -> Grant? {
        do throws(AccessError) {
            return try TokenRecord.grant(record.withBytes { Array($0) }, expiresAt: expiresAt)
        } catch {
            telemetry.logger.warning("a token's record cannot be used", [("reason", .string(error.advice))])
            return nil
        }
    }

    private func key(_ token: Token) -> String { prefix + token.key }

    /// Runs `body` on a connection; one that turns out to be dead is made anew once.
    private func asking<T>(_ body: (RedisConnection) throws(RedisError) -> T) throws(RedisError) -> T {
        do throws(RedisError) {
            return try askOnce(body)
        } catch .closed, .io {
            return try askOnce(body)
        }
    }

    private func askOnce<T>(_ body: (RedisConnection) throws(RedisError) -> T) throws(RedisError) -> T {
        do throws(RedisError) {
            guard let connection = try link.connect(.now) else {
                throw RedisError.unreachable("it was away a moment ago")
            }
            let result = try body(connection)
            link.succeeded()
            return result
        } catch {
            switch error {
            case .server: break
            case .closed, .io: link.close()
            default: link.failed(.now)
            }
            throw error
        }
    }

    func close() { link.close() }
}
