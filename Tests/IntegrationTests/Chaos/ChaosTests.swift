import Foundation
import Testing

/// Everything that can go wrong goes wrong, one after the other, and nothing is lost, comes twice or out of order.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct ChaosTests {
    @Test func `whatever happens, nothing is lost, nothing comes twice, nothing out of order`() throws {
        let settings = ChaosSettings.fromEnvironment()
        ChaosRun.announce("chaos: CHAOS_SEED=\(settings.seed), \(settings.streams) streams, \(settings.duration)")
        let run = try ChaosRun(settings)
        let outcome = try run.run()
        run.say(
            "\(outcome.table)\n\(outcome.pushed) pushed, \(outcome.received) received, \(outcome.marked) times read: "
                + "\(outcome.verdict)")

        if !outcome.leftOut.isEmpty {
            ChaosRun.announce("chaos: no time for \(outcome.leftOut.sorted().joined(separator: ", "))")
        }

        #expect(outcome.verdict.isClean, "CHAOS_SEED=\(settings.seed)\n\(outcome.verdict)\n\(outcome.table)")
        #expect(outcome.strikes.all.filter { !$0.wasFelt }.map(\.fault) == [])
        #expect(!settings.strikesAll || outcome.leftOut == [])
        #expect(outcome.received > outcome.pushed)
        #expect(outcome.marked > 0)
    }
}
