import Synchronization

/// How often durations fell below each of some bounds; any thread may observe.
package final class Histogram: Sendable {
    private struct State {
        /// For each bucket, and above them all, what fell there and not into one before.
        var counts: [Int]
        var sum = 0.0
    }

    /// Upper bounds in seconds, each included in its bucket.
    let buckets: [Double]
    private let state: Mutex<State>

    init(buckets: [Double]) {
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy(<), "buckets ascend")
        precondition(buckets.allSatisfy(\.isFinite), "the bucket without a bound is there by itself")
        self.buckets = buckets
        state = Mutex(State(counts: Array(repeating: 0, count: buckets.count + 1)))
    }

    package func observe(_ seconds: Double) {
        let bucket = buckets.firstIndex { seconds <= $0 } ?? buckets.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += seconds
        }
    }

    /// How many durations were observed.
    package var count: Int { state.withLock { $0.counts.reduce(0, +) } }

    /// Buckets as Prometheus wants them, each with all that is below its bound, then sum and count.
    func render(_ name: String, _ labels: MetricLabels, to text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var total = 0
        for (bound, count) in zip(buckets + [.infinity], counts) {
            total += count
            text += "\(name)_bucket\(labels.with(upperBound: bound)) \(total)\n"
        }
        text += "\(name)_sum\(labels) \(sum.metricText)\n\(name)_count\(labels) \(total)\n"
    }
}
