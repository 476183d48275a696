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
            try startBridge(faults: ["FAULT_ERROR": "committed:\(count)"])
            // It may be that of a mark: then the answer says so, and no log.
            let errors = #"flagpole_sqlite_errors_total{code="10"}"#
            let hasFailed = hasHappened { (try? self.bridge.metric(errors)).flatMap(\.self) ?? 0 > 0 }
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
        case .redisEmptied:
            try writers.flush { try redis.connect().command("FLUSHALL") }
        case .databaseLocked(let time):
            try lockDatabase(for: time)
        case .databaseAway(let time):
            return try moveDatabase(for: time)
        case .diskFull(let time):
            return try fillDisk(for: time)
        case .diskReadOnly:
            return try startOnReadOnlyDisk()
        case .ordered(.spoilList, let feed):
            let count = try wrongTypes()
            try writers.perform(.spoilList, on: feed)
            return hasHappened { (try? self.wrongTypes() > count) ?? false }
        case .ordered(let order, let feed):
            try writers.perform(order, on: feed)
        case .herd:
            try fleet.bounce()
        }
        return true
    }

    private func startBridge(faults: [String: String] = [:]) throws {
        try bridge.start(faults: faults)
        fleet.connect(to: bridge.port)
        tab.connect(to: bridge.port)
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

    private func moveDatabase(for time: Duration) throws -> Bool {
        let (files, path, known) = (FileManager.default, bridge.databasePath, bridge.log.count)
        try files.moveItem(atPath: path, toPath: "\(path).away")
        let wasMissed = hasHappened { self.bridge.log.dropFirst(known).contains("was removed or replaced") }
        pass(time)
        try files.moveItem(atPath: "\(path).away", toPath: path)
        return wasMissed
    }

    private func fillDisk(for time: Duration) throws -> Bool {
        guard let disk else { return false }
        let known = bridge.log.count
        // The bridge would have room for a while in the log that SQLite writes over and over.
        try bridge.database(.readWrite).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try disk.fill()
        defer { disk.makeRoom() }
        let isFull = hasHappened { self.bridge.log.dropFirst(known).contains("disk is full") }
        pass(time)
        return isFull
    }

    private func startOnReadOnlyDisk() throws -> Bool {
        guard let disk else { return false }
        let status = try bridge.stop()
        try disk.setReadOnly()
        let refusal = try bridge.startInVain()
        try disk.setWritable()
        try startBridge()
        return status == 0 && refusal == 1
    }

    /// How often the bridge found keys of the wrong type.
    private func wrongTypes() throws -> Double {
        try bridge.metric(#"flagpole_redis_errors_total{kind="wrongtype"}"#) ?? 0
    }

    private func hasHappened(_ condition: () -> Bool) -> Bool {
        (try? eventually("a fault", until: condition)) != nil
    }
}
