import Access
import Reactor
import Redis

/// The thread that asks Redis for tokens, on a connection of its own.
actor TokenStore {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How many tokens one MGET asks for.
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
        let expiresAt = lifetime.integer >= 0 ? WallClock.unixMilliseconds + lifetime.integer : nil
        return grant(record, expiresAt: expiresAt)
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
        connection.append(["MGET"] + questions.map { key($0.token) })
        let ending = questions.filter(\.asksLifetime)
        for question in ending { connection.append("PTTL", key(question.token)) }
        // All replies are read before one is looked at, so that an error leaves none behind.
        let records = try connection.readReply()
        var lifetimes: [RedisReply] = []
        for _ in ending { lifetimes.append(try connection.readReply()) }
        for reply in [records] + lifetimes { if let error = reply.serverError { throw .server(error) } }

        let now = WallClock.unixMilliseconds
        var changes = zip(ending, lifetimes).compactMap { question, reply -> (Token, TokenChange)? in
            guard reply.integer >= -1 else { return nil }
            return (question.token, .end(reply.integer >= 0 ? now + reply.integer : nil))
        }
        for (index, question) in questions.enumerated() where index < records.count {
            if let change = change(of: question, records.element(index)) { changes.append((question.token, change)) }
        }
        return changes
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
