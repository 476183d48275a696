import Synchronization

/// A figure that goes up and down; any thread may change it.
package final class Gauge: Sendable {
    private let figure = Atomic<Double>(0)

    init() {}

    package func set(_ value: Double) {
        figure.store(value, ordering: .relaxed)
    }

    package func add(_ difference: Double) {
        var seen = figure.load(ordering: .relaxed)
        while true {
            let (exchanged, original) = figure.weakCompareExchange(
                expected: seen, desired: seen + difference, ordering: .relaxed)
            if exchanged { return }
            seen = original
        }
    }

    package var value: Double { figure.load(ordering: .relaxed) }
}
