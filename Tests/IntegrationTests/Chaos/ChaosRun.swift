import Foundation

/// A bridge under load to which one fault after the other happens, and at the end the question who got what.
final class ChaosRun {
    struct Outcome {
        let verdict: ChaosVerdict
        let strikes: ChaosStrikes
        /// The faults for which there was no time.
        let leftOut: [String]
        let table: ChaosTable
        /// How much was pushed, how much all streams received, and how often something was marked as read.
        let pushed: Int
        let received: Int
        let marked: Int
    }

    let settings: ChaosSettings
    let redis: RedisServer
    let proxy: RedisProxy
    let bridge: FlagpoleProcess
    let writers: ChaosWriters
    let fleet: StreamFleet
    let tab: ChaosTab
    /// Where the database is, if not with the rest.
    let disk: SmallDisk?
    private let ledger: ChaosLedger
    private var strikes = ChaosStrikes()
    private let began = ContinuousClock.now
    private var nextReport = ContinuousClock.now

    init(_ settings: ChaosSettings) throws {
        self.settings = settings
        redis = try RedisServer()
        proxy = try RedisProxy(redis)
        proxy.fault = settings.calm
        let megabytes = 64 + Int(settings.duration.components.seconds)
        disk = settings.hasDisk ? try SmallDisk(megabytes: megabytes) : nil
        let database = disk.map { ["database": ["path": $0.path("flagpole.sqlite3")]] } ?? [:]
        bridge = try FlagpoleProcess(
            [
                // A newcomer gets all that there is, and is soon fed from disk.
                "server": ["retry_ms": 200, "backlog_limit": 10_000, "max_pending_bytes": 8192, "drain_ms": 500],
                "redis": ["url": proxy.url],
                "poll": [
                    "interval_ms": 50, "active_interval_ms": 20,
                    "reconcile_interval_ms": settings.reconcileMilliseconds,
                    "sweep_interval_ms": settings.sweepMilliseconds,
                ],
                "kinds": ChaosFeeds.kinds,
            ].merging(database) { given, _ in given },
            redis: redis, environment: settings.withoutSafeguard.map { ["FAULT_OFF": $0] } ?? [:])
        ledger = ChaosLedger(feeds: settings.feeds.all.count)
        fleet = StreamFleet(settings, port: bridge.port)
        writers = ChaosWriters(
            settings, redis: redis.socketPath, database: bridge.databasePath, ledger: ledger)
        tab = ChaosTab(settings, port: bridge.port, ledger: ledger)
    }

    deinit {
        // Where it came to no end.
        writers.abandon()
        fleet.abandon()
        tab.abandon()
    }

    /// Lets the faults happen, waits until all has arrived or the bound is over, and looks.
    func run() throws -> Outcome {
        var plan = ChaosPlan(seed: settings.seed, settings.faults)
        while ContinuousClock.now - began < settings.duration || (settings.strikesAll && !plan.leftOut.isEmpty) {
            let (pause, fault) = plan.next()
            pass(pause)
            // A newcomer gets only what is unread: until all have come, nothing is marked.
            if settings.marksRead, fleet.status.begun == settings.streams { tab.begin() }
            guard let fault else { continue }
            guard bridge.isRunning else { throw HarnessError("the bridge has died: \(bridge.log.suffix(2000))") }
            let start = ContinuousClock.now
            let wasFelt = try strike(fault)
            strikes.all.append(ChaosStrike(fault: fault.name, began: start, wasFelt: wasFelt))
        }
        let (records, late) = try settle()
        let database = try ChaosDatabase(bridge.database())
        var verdict = ChaosAudit(settings.feeds, ledger, database, records).verdict
        verdict.violations += late
        return Outcome(
            verdict: verdict, strikes: strikes, leftOut: plan.leftOut,
            table: ChaosTable(strikes, ledger.pushes, records, verdict),
            pushed: ledger.count, received: records.reduce(0) { $0 + $1.arrivals.count },
            marked: database.reads.count)
    }

    /// Lets time pass in which nothing happens to the bridge but its load.
    func pass(_ time: Duration) {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            report()
            poll(nil, 0, min(100, (end - .now).pollMilliseconds))
        }
    }

    private func report() {
        guard settings.isTalkative, nextReport <= .now else { return }
        nextReport = .now + .seconds(3)
        let status = fleet.status
        say(
            "\((ContinuousClock.now - began).components.seconds) s: \(strikes.all.count) faults, \(ledger.count) pushed, "
                + "\(status.received) received, \(status.live) streams live")
    }

    func say(_ text: String) { if settings.isTalkative { ChaosRun.announce(text) } }

    /// Writes a line at once, also where the output is a pipe.
    static func announce(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    /// Ends the faults and the writers, and waits for what is still on its way.
    private func settle() throws -> (records: [StreamRecord], late: [ChaosViolation]) {
        try writers.stop()
        try tab.stop()
        proxy.fault = .none
        fleet.gather()
        let deadline = ContinuousClock.now + settings.bound
        var late: [ChaosViolation] = []
        do {
            let pushed = ledger.count + ledger.badEntries.count
            let database = try bridge.database()
            try eventually("all that was pushed in the database", within: deadline - .now) {
                try ChaosDatabase.count(database) >= pushed
            }
            fleet.expect(try ChaosDatabase(database).lastPositions(settings.feeds))
            try eventually("all that is stored at all streams", within: deadline - .now) {
                fleet.status.complete == settings.streams
            }
            // Once more from the cursor: nothing is left that could come.
            try fleet.bounce()
            try eventually("all streams back", within: deadline - .now) { fleet.status.live == settings.streams }
        } catch let error as HarnessError {
            late.append(ChaosViolation(kind: .late, text: error.description, time: .now))
        }
        return (try fleet.stop(), late)
    }
}
