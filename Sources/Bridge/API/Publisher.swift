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
        do throws(RedisError) {
            try execute(entries, command)
        } catch .closed, .io {
            try execute(entries, command)
        }
    }

    private func execute(_ entries: [[UInt8]], _ command: PublishCommand) throws(RedisError) {
        let connection = try connection()
        do throws(RedisError) {
            try command.send(entries, over: connection)
            link.succeeded()
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
