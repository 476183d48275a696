import Testing

/// Whether a chaos run would notice: with one safeguard of the bridge left out it finds what that one prevents, and
/// with all of them it finds nothing.
@Suite(.timeLimit(.minutes(5)))
struct ChaosControlTests {
    typealias Kind = ChaosViolation.Kind

    @Test(arguments: [(nil, []), ("lower-before-reading", [.lost, .late])] as [(String?, [Kind])])
    func `a push between reading a list and lowering its flag would be lost`(
        without safeguard: String?, isFoundBy kinds: [Kind]
    ) throws {
        var settings = settings(users: 12, without: safeguard)
        // The time between reading and lowering is long enough for several pushes.
        settings.calm = .slow(.milliseconds(20))
        // Nothing else tells the bridge of a push: neither a comparison nor that a flag was up too soon or too late.
        settings.pushes = [.transaction]
        settings.reconcileMilliseconds = 3_600_000
        settings.sweepMilliseconds = 3_600_000
        try check(settings, kinds)
    }

    @Test(
        arguments: [
            (nil, []), ("commit-before-sending", [.neverCommitted, .twice]),
            ("position-in-transaction", [.lost, .late]),
        ] as [(String?, [Kind])])
    func `a crash before the commit would take back what was sent, or lose what was read`(
        without safeguard: String?, isFoundBy kinds: [Kind]
    ) throws {
        var settings = settings(users: 10, without: safeguard)
        settings.faults = [ChaosPlan.killedAt("written")]
        try check(settings, kinds)
    }

    /// No writer that wants each of them once may do so: to the bridge they are news.
    @Test func `what has no id and is pushed again once its list has expired is found to be there twice`() throws {
        var settings = settings(users: 10, without: nil)
        let withoutIDs = settings.feeds.all.indices.filter { !settings.feeds.all[$0].hasIDs }
        settings.faults = [{ .ordered(.expire, feed: withoutIDs.any(&$0)) }]
        try check(settings, [.twice])
    }

    private func settings(users: Int, without safeguard: String?) -> ChaosSettings {
        ChaosSettings(
            seed: 7, duration: .seconds(2), streams: 60, feeds: ChaosFeeds(users: users, jobs: 0), faults: [],
            bound: safeguard == nil ? .seconds(10) : .seconds(2), withoutSafeguard: safeguard)
    }

    /// Runs, and expects violations of all these kinds, or none at all where none are named.
    ///
    /// What a missing safeguard lets happen is a matter of moments: it has to show in one of a few runs.
    private func check(_ settings: ChaosSettings, _ kinds: [Kind]) throws {
        var settings = settings
        var verdict = try ChaosRun(settings).run().verdict
        for _ in 1...5 where !kinds.allSatisfy({ verdict.count($0) > 0 }) {
            settings.seed += 1
            verdict = try ChaosRun(settings).run().verdict
        }
        #expect(verdict.isClean == kinds.isEmpty, "\(verdict)")
        for kind in kinds { #expect(verdict.count(kind) > 0, "\(verdict)") }
    }
}
