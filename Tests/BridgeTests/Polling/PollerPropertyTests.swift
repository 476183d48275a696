import Testing

@testable import Bridge

/// Writers do at random what writers do, and a real poller reads a real Redis into a real database.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PollerPropertyTests {
    private static let habits: [[ListWriter.Operation]] = [
        // Writers who only append: entries without id are told apart by their place.
        [.push, .push, .pushMany, .pushAgain, .pushWithoutID, .pushTwins, .pushBad],
        // Writers who trim, and let lists expire.
        [.push, .push, .pushMany, .pushWithoutID, .pushBad, .trim, .shift, .shift, .delete],
        // Writers who do whatever Redis lets them do, and give ids.
        [
            .push, .push, .pushMany, .pushAgain, .pushBad, .trim, .shift, .removeAny, .removeFirst, .delete, .rebuild,
            .forget,
        ],
    ]

    @Test(arguments: habits, UInt64(1)...3)
    func `what is pushed with a flag is stored once and in order, in whatever order list and flag are written`(
        _ operations: [ListWriter.Operation], seed: UInt64
    ) async throws {
        var settings = Configuration()
        // Nothing but flags and watching brings news.
        settings.poll.reconcileIntervalMilliseconds = 86_400_000
        settings.poll.sweepIntervalMilliseconds = 604_800_000
        try await PollingScenario.run(settings, operations, seed: seed) { scenario, poller in
            for _ in 0..<40 { try await scenario.stepWithFlag(&poller) }
        }
    }

    /// Where entries are told apart by their place alone, no list may vanish for a while.
    private static let roughHabits = [habits[0]] + habits[1...].map { $0 + [.becomeString] }

    @Test(arguments: roughHabits, UInt64(1)...3)
    func `what is pushed without a flag is stored once and in order, watched or not`(
        _ operations: [ListWriter.Operation], seed: UInt64
    ) async throws {
        var settings = Configuration()
        settings.poll.reconcileIntervalMilliseconds = 100
        settings.poll.sweepIntervalMilliseconds = 100
        try await PollingScenario.run(settings, operations, seed: seed) { scenario, poller in
            for _ in 0..<40 { try await scenario.stepWithoutFlag(&poller) }
        }
    }
}
