import Reactor
import Redis

/// The thread that publishes for the API, on a connection of its own: a slow tick does not hold up writers, nor they it.
actor Publisher {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var link: RedisLink

    init(_ endpoint: RedisEndpoint) {
        link = RedisLink(endpoint)
    }

    /// Pushes entries onto a feed's list and raises its flag, in one transaction; returns once Redis has acknowledged.
    ///
    /// A connection that turns out to be dead is made anew once. What it may have pushed before it died is pushed
    /// again; since every entry has an id, it is stored once.
    func publish(_ entries: [[UInt8]], _ command: PublishCommand) throws(RedisError) {
        try executeTwice { connection throws(RedisError) in try command.send(entries, over: connection) }
    }

    /// Pushes the same entries onto several lists, each in a transaction of its own, all in one round trip.
    ///
    /// - Returns: why some were refused, if any were.
    func publish(_ entries: [[UInt8]], _ commands: [PublishCommand]) throws(RedisError) -> [RedisServerError] {
        guard !commands.isEmpty else { return [] }
        var encoded: [UInt8] = []
        for command in commands { command.append(entries, to: &encoded) }
        return try executeTwice { connection throws(RedisError) in
            connection.append(encoded: encoded)
            var refusals: [RedisServerError] = []
            for command in commands {
                do throws(RedisError) {
                    try command.readReplies(from: connection)
                } catch {
                    guard case .server(let refusal) = error else { throw error }
                    refusals.append(refusal)
                }
            }
            return refusals
        }
    }

    private func executeTwice<T>(_ body: (RedisConnection) throws(RedisError) -> T) throws(RedisError) -> T {
        do throws(RedisError) {
            return try execute(body)
        } catch .closed, .io {
            return try execute(body)
        }
    }

    private func execute<T>(_ body: (RedisConnection) throws(RedisError) -> T) throws(RedisError) -> T {
        let connection = try connection()
        do throws(RedisError) {
            let result = try body(connection)
            link.succeeded()
            return result
        } catch {
            if case .server = error { throw error }
            // An idle connection may have died long ago; only an attempt to connect tells that Redis is away.
            link.close()
            throw error
        }
    }

    private func connection() throws(RedisError) -> RedisConnection {
        do throws(RedisError) {
            if let connection = try link.connect(.now) { return connection }
        } catch {
            link.failed(.now)
            throw error
        }
        throw .unreachable("it was away a moment ago")
    }

    func close() {
        link.close()
    }
}
