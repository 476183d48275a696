import Reactor
import Redis

/// A connection to Redis that is made again after a failure, with a capped and jittered back-off.
struct RedisLink {
    private let endpoint: RedisEndpoint
    private(set) var current: RedisConnection?
    private var backOff = BackOff(initial: .milliseconds(50), maximum: .seconds(2))
    /// When the next attempt may be made.
    private(set) var retry = MonotonicTime(nanoseconds: 0)
    /// How often in a row Redis failed.
    private var failures = 0

    init(_ endpoint: RedisEndpoint) {
        self.endpoint = endpoint
    }

    var isConnected: Bool { current?.isUsable ?? false }

    /// Whether it failed again after a failure: more than a connection that was lost.
    var isAway: Bool { failures > 1 }

    /// The connection, made now if there is none; `nil` while the back-off lasts.
    mutating func connect(_ now: MonotonicTime) throws(RedisError) -> RedisConnection? {
        if let current, current.isUsable { return current }
        guard now >= retry else { return nil }
        let connection = try RedisConnection(endpoint, connectTimeout: .seconds(2), commandTimeout: .seconds(5))
        current = connection
        return connection
    }

    /// Notes that Redis did what it was asked; to accept a connection is not enough, as one that is loading does.
    mutating func succeeded() {
        backOff.reset()
        failures = 0
    }

    /// Drops the connection: after an error nobody knows which replies are still to come.
    mutating func failed(_ now: MonotonicTime) {
        current?.close()
        current = nil
        failures += 1
        retry = now + Milliseconds(backOff.next() + .milliseconds(10))
    }

    mutating func close() {
        current?.close()
        current = nil
    }
}
