import Foundation
import SQLite

extension ChaosRun {
    /// Lets a fault happen, and ends it again; whether it hit what it was to hit.
    func strike(_ fault: ChaosFault) throws -> Bool {
        switch fault {
        case .killed:
            bridge.kill()
            try startBridge()
        case .killedAt(let point, let count):
            return try kill(at: "\(point):\(count)")
        case .commitFailed(let count):
            bridge.kill()
            let known = bridge.log.count
            try startBridge(faults: ["FAULT_ERROR": "committed:\(count)"])
            let hasFailed = hasHappened { self.bridge.log.dropFirst(known).contains("the database failed") }
            // What streams get next must not hide what they were not told of.
            pass(.milliseconds(400))
            return hasFailed
        case .restarted:
            let status = try bridge.stop()
            try startBridge()
            return status == 0
        case .redisKilled(let time):
            redis.kill()
            pass(time)
            try redis.start()
        case .redisFrozen(let time):
            redis.signal(SIGSTOP)
            defer { redis.signal(SIGCONT) }
            pass(time)
        case .replyCut(let command, let bytes):
            return disturb(.cut(command: command, replyBytes: bytes))
        case .connectionDropped(let command):
            return disturb(.drop(command: command))
        case .repliesSlow(let delay, let time):
            return disturb(.slow(delay), for: time)
        case .refused(let refusal, let time):
            return disturb(.refuse(refusal.error, commands: refusal.commands), for: time)
        case .databaseLocked(let time):
            try lockDatabase(for: time)
        case .listBegunAnew(let feed):
            try writers.beginAnew(feed)
        case .flagSpoilt(let feed, let time):
            try writers.spoilFlag(feed, for: time)
        case .herd:
            try fleet.bounce()
        }
        return true
    }

    private func startBridge(faults: [String: String] = [:]) throws {
        try bridge.start(faults: faults)
        fleet.connect(to: bridge.port)
    }

    /// Starts the bridge anew so that it dies between two steps, waits for that, and starts it again.
    private func kill(at point: String) throws -> Bool {
        bridge.kill()
        try startBridge(faults: ["FAULT_POINT": point])
        let isDead = hasHappened { !self.bridge.isRunning }
        if !isDead { bridge.kill() }
        try startBridge()
        return isDead
    }

    /// Has the proxy do something that it does once.
    private func disturb(_ fault: RedisProxy.Fault) -> Bool {
        proxy.fault = fault
        defer { proxy.fault = settings.calm }
        return hasHappened { self.proxy.fault != fault }
    }

    private func disturb(_ fault: RedisProxy.Fault, for time: Duration) -> Bool {
        let strikes = proxy.strikes
        proxy.fault = fault
        defer { proxy.fault = settings.calm }
        pass(time)
        return hasHappened { self.proxy.strikes > strikes }
    }

    private func lockDatabase(for time: Duration) throws {
        let connection = try bridge.database(.readWrite)
        try connection.transaction(.immediate) { pass(time) }
    }

    private func hasHappened(_ condition: () -> Bool) -> Bool {
        (try? eventually("a fault", within: .seconds(5), until: condition)) != nil
    }
}
