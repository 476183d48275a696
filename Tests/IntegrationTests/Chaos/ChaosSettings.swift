import Foundation

/// What a chaos run is like.
struct ChaosSettings {
    var seed: UInt64
    var duration: Duration
    var streams: Int
    /// Whether it goes on beyond its time until each fault has struck.
    var strikesAll = false
    var feeds: ChaosFeeds
    var faults: [ChaosPlan.Draw]
    /// Whether the database is on a disk of its own, which can be filled.
    var hasDisk = false
    /// Whether somebody marks as read what comes.
    var marksRead = false
    /// What the way to Redis is like between faults.
    var calm = RedisProxy.Fault.none
    var pushes: Set<ChaosPush> = Set(ChaosPush.allCases)
    /// How often a second something is pushed, by all writers together.
    var pushesPerSecond = 200
    /// How often lists are compared whatever their flags say; until then a push without flag waits.
    var reconcileMilliseconds = 1000
    var sweepMilliseconds = 2000
    /// How long after the last fault everything must have arrived.
    var bound = Duration.seconds(10)
    /// Safeguards that the bridge leaves out (see `Faults`).
    var withoutSafeguard: String?
    /// Whether it says how it goes.
    var isTalkative = false
}

extension ChaosSettings {
    /// The run of the environment: `CHAOS_SECONDS`, `CHAOS_SEED` and `CHAOS_STREAMS`, or a short one.
    static func fromEnvironment() -> ChaosSettings {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["CHAOS_SECONDS"].flatMap { Int($0) }
        let feeds = ChaosFeeds(users: 40, jobs: 3)
        let isPatient = seconds ?? 0 >= 60
        let hasDisk = SmallDisk.isPossible
        return ChaosSettings(
            seed: environment["CHAOS_SEED"].flatMap { UInt64($0) } ?? 42,
            duration: .seconds(seconds ?? 15),
            streams: environment["CHAOS_STREAMS"].flatMap { Int($0) } ?? (seconds == nil ? 100 : 400),
            strikesAll: isPatient, feeds: feeds,
            faults: ChaosPlan.everything(feeds, isPatient: isPatient, hasDisk: hasDisk), hasDisk: hasDisk,
            marksRead: true, isTalkative: seconds != nil)
    }
}
