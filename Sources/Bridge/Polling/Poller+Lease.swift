import Logging
import Reactor
import Redis

extension Poller {
    /// The claim, in Redis, to be the only bridge that lowers flags there.
    struct Lease {
        let key: String
        /// What names this bridge: the same after a restart on the same data directory.
        let owner: String
        var isHeld = true
        var nextRenewal = MonotonicTime(nanoseconds: 0)

        static let duration: Milliseconds = 10_000
    }

    private static let claimScript = """
        local owner = redis.call('GET', KEYS[1])
        if owner and owner ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """

    /// Claims or renews the lease.
    ///
    /// A bridge without it leaves the flags alone, since they are news for the one that has it, and compares the lists
    /// at every tick instead.
    func renewLease(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        guard now >= lease.nextRenewal else { return }
        connection.append("EVAL", Poller.claimScript, "1", lease.key, lease.owner, String(Lease.duration.count))
        let reply = try connection.readReply()
        if let error = reply.serverError, error.isOfWholeServer { throw .server(error) }
        lease.nextRenewal = now + Milliseconds(Lease.duration.count / 3)
        if let error = reply.serverError {
            // A Redis that takes no writes now took the last renewal, or will take the next one.
            telemetry.redisErrors(RedisError.server(error).kind).add()
            return
        }
        let isHeld = reply.integer == 1
        if isHeld != lease.isHeld { reportLease(isHeld) }
        lease.isHeld = isHeld
    }

    private func reportLease(_ isHeld: Bool) {
        handledFlags.removeAll()
        raised.removeAll()
        let reason = "another bridge reads from the same Redis; give each its own redis.prefix, or stop one"
        telemetry.readiness.set(.lease, isHeld ? nil : reason)
        if isHeld {
            telemetry.logger.info("no other bridge reads from this Redis any more")
        } else {
            telemetry.logger.warning("\(reason)")
        }
    }

    /// Gives the lease back, so that the next bridge need not wait for it to run out.
    func releaseLease(_ connection: RedisConnection) {
        let script = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
        connection.append("EVAL", script, "1", lease.key, lease.owner)
        _ = try? connection.readReply()
    }
}
