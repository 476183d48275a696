import Access
import Reactor
import Redis

/// The thread that asks Redis for tokens, on a connection of its own.
actor TokenStore {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How many tokens one EXISTS asks for.
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
        do throws(AccessError) {
            return try TokenRecord.grant(record.withBytes { Array($0) }, expiresAt: expiresAt)
        } catch {
            telemetry.logger.warning("a token's record cannot be used", [("reason", .string(error.advice))])
            return nil
        }
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

    /// Those of the tokens that Redis does not know any more.
    func missing(among tokens: [Token]) throws(RedisError) -> [Token] {
        try asking { connection throws(RedisError) in
            var missing: [Token] = []
            for start in stride(from: 0, to: tokens.count, by: Self.tokensPerCommand) {
                let part = tokens[start..<min(start + Self.tokensPerCommand, tokens.count)]
                connection.append(["EXISTS"] + part.map(key))
                let reply = try connection.readReply()
                if let error = reply.serverError { throw .server(error) }
                guard reply.integer < part.count else { continue }
                for token in part { connection.append("EXISTS", key(token)) }
                for token in part {
                    let reply = try connection.readReply()
                    if let error = reply.serverError { throw .server(error) }
                    if reply.integer == 0 { missing.append(token) }
                }
            }
            return missing
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
