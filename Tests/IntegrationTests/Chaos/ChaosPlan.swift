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
    static func everything(feeds: Int) -> [Draw] {
        let killed: [Draw] = ["lowered", "read", "written", "committed", "queued", "sent"].map(killedAt)
        let refused: [Draw] = ChaosRefusal.allCases.map { refusal in
            { .refused(refusal, for: .milliseconds(Int.random(in: 100...400, using: &$0))) }
        }
        return killed + refused + [
            { _ in .killed },
            { .commitFailed(count: Int.random(in: 10...40, using: &$0)) },
            { _ in .restarted },
            { .redisKilled(for: .milliseconds(Int.random(in: 0...400, using: &$0))) },
            { _ in .redisFrozen(for: .seconds(1)) },
            {
                .replyCut(of: ["LRANGE", "EVAL", "MGET"].any(&$0), bytes: Int.random(in: 0...30, using: &$0))
            },
            { .connectionDropped(at: ["LRANGE", "EVAL", "MGET"].any(&$0)) },
            { .repliesSlow(by: .milliseconds(Int.random(in: 2...15, using: &$0)), for: .milliseconds(500)) },
            { _ in .databaseLocked(for: .seconds(2)) },
            { .listBegunAnew(feed: Int.random(in: 0..<feeds, using: &$0)) },
            { .flagSpoilt(feed: Int.random(in: 0..<feeds, using: &$0), for: .milliseconds(700)) },
            { _ in .herd },
        ]
    }

    static func killedAt(_ point: String) -> Draw {
        { .killedAt(point, count: Int.random(in: 1...20, using: &$0)) }
    }
}
