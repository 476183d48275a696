import TestSupport

/// Which faults strike, in what order, and how long it is quiet between them: the same for the same seed.
///
/// Faults come in rounds: each of them once, in an order that is drawn anew for each round.
struct ChaosPlan {
    /// What a plan draws one fault from.
    typealias Draw = @Sendable (inout SeededGenerator) -> ChaosFault

    private let draws: [Draw]
    private var random: SeededGenerator
    private var round: [Draw]
    private var isFirstRound = true

    init(seed: UInt64, _ draws: [Draw]) {
        self.draws = draws
        random = SeededGenerator(seed: seed)
        round = draws.shuffled(using: &random)
    }

    /// What has not struck yet.
    var leftOut: [String] {
        var random = random
        return isFirstRound ? round.map { $0(&random).name } : []
    }

    /// How long to wait, and what strikes then; nothing where the plan has no faults.
    mutating func next() -> (pause: Duration, fault: ChaosFault?) {
        if round.isEmpty {
            isFirstRound = false
            round = draws.shuffled(using: &random)
        }
        let pause = Duration.milliseconds(Int.random(in: 20...250, using: &random))
        return (pause, round.popLast()?(&random))
    }

    /// Everything that may happen to a bridge that serves these feeds.
    ///
    /// - Parameters:
    ///   - feeds: The feeds.
    ///   - isPatient: Whether there is time for what takes long.
    ///   - hasDisk: Whether the database is on a disk of its own.
    /// - Returns: What each of a round is drawn from.
    static func everything(_ feeds: ChaosFeeds, isPatient: Bool, hasDisk: Bool) -> [Draw] {
        let killed: [Draw] = ["lowered", "read", "written", "committed", "queued", "sent"].map(killedAt)
        let refused: [Draw] = ChaosRefusal.allCases.map { refusal in
            { .refused(refusal, for: .milliseconds(Int.random(in: 100...400, using: &$0))) }
        }
        let ordered: [Draw] = ChaosOrder.allCases.map { order in
            // What has no id cannot be pushed again in doubt.
            let all = feeds.all.indices.filter { order != .expire || feeds.all[$0].hasIDs }
            return { .ordered(order, feed: all.any(&$0)) }
        }
        let disk: [Draw] = [{ _ in .diskFull(for: .seconds(isPatient ? 3 : 1)) }, { _ in .diskReadOnly }]
        let slow: [Draw] = [{ _ in .repliesSlow(by: .seconds(1), for: .seconds(3)) }]
        return killed + refused + ordered + (hasDisk ? disk : []) + (isPatient ? slow : []) + [
            { _ in .killed },
            { .commitFailed(count: Int.random(in: 10...40, using: &$0)) },
            { _ in .restarted },
            { .redisKilled(for: .milliseconds(Int.random(in: 0...400, using: &$0))) },
            { _ in .redisFrozen(for: .seconds(isPatient ? 5 : 1)) },
            { _ in .redisEmptied },
            {
                .replyCut(of: ["LRANGE", "EVAL", "MGET"].any(&$0), bytes: Int.random(in: 0...30, using: &$0))
            },
            { .connectionDropped(at: ["LRANGE", "EVAL", "MGET"].any(&$0)) },
            { .repliesSlow(by: .milliseconds(Int.random(in: 2...15, using: &$0)), for: .milliseconds(500)) },
            { _ in .databaseLocked(for: .seconds(isPatient ? 10 : 2)) },
            { _ in .databaseAway(for: .seconds(1)) },
            { _ in .herd },
        ]
    }

    static func killedAt(_ point: String) -> Draw {
        { .killedAt(point, count: Int.random(in: 1...20, using: &$0)) }
    }
}
