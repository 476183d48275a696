import Synchronization

/// A count that only grows; any thread may add to it.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    init() {}

    /// Adds `n`, at least 0.
    package func add(_ n: Int = 1) {
        assert(n >= 0, "a counter only grows")
        count.wrappingAdd(n, ordering: .relaxed)
    }

    package var value: Int { count.load(ordering: .relaxed) }
}
