import Synchronization

/// What Redis has acknowledged to the writers of a chaos run.
///
/// A feed has one writer, which goes on only when an entry is acknowledged; so the numbers of a feed's entries are the
/// order of its list.
final class ChaosLedger: Sendable {
    struct Push {
        let acknowledged: ContinuousClock.Instant
        /// Whether its flag was raised; otherwise it waits for the next comparison of its list.
        let isAnnounced: Bool
    }

    private struct State {
        var pushes: [[Push]]
        var badEntries: [String] = []
        var readThrough: [Int: Int] = [:]
    }

    private let state: Mutex<State>

    init(feeds: Int) {
        state = Mutex(State(pushes: Array(repeating: [], count: feeds)))
    }

    func note(_ count: Int, in feed: Int, isAnnounced: Bool, badEntries: [String]) {
        let push = Push(acknowledged: .now, isAnnounced: isAnnounced)
        state.withLock { state in
            state.pushes[feed] += Array(repeating: push, count: count)
            state.badEntries += badEntries
        }
    }

    /// Notes that a feed was acknowledged to be read up to an entry.
    func noteRead(_ entry: ChaosEntry) {
        state.withLock { $0.readThrough[entry.feed, default: 0] = max($0.readThrough[entry.feed] ?? 0, entry.number) }
    }

    /// The number of the last entry of a feed that was acknowledged to be read; 0 where there is none.
    func readThrough(_ feed: Int) -> Int { state.withLock { $0.readThrough[feed] ?? 0 } }

    /// By feed; the entry of number `n` is at `n - 1`.
    var pushes: [[Push]] { state.withLock { $0.pushes } }

    var badEntries: [String] { state.withLock { $0.badEntries } }

    var count: Int { state.withLock { state in state.pushes.reduce(0) { $0 + $1.count } } }

    func count(of feed: Int) -> Int { state.withLock { $0.pushes[feed].count } }
}
