/// How long to wait before each next attempt: exponential, capped, with full jitter.
///
/// A delay is drawn evenly from zero up to a ceiling that doubles with every attempt, so that clients which lost the
/// same server do not come back in the same moment.
package struct BackOff: Sendable {
    private let initial: Duration
    private let maximum: Duration
    private var ceiling: Duration

    /// Starts with a ceiling of `initial`, which doubles up to `maximum`; both must be above zero, in that order.
    package init(initial: Duration, maximum: Duration) {
        precondition(.zero < initial && initial <= maximum, "a back-off grows from above zero to its maximum")
        self.initial = initial
        self.maximum = maximum
        ceiling = initial
    }

    /// The delay before the next attempt.
    package mutating func next() -> Duration { next(share: .random(in: 0...1)) }

    /// The delay before the next attempt, drawn from `generator`.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        next(share: .random(in: 0...1, using: &generator))
    }

    /// Starts again from the initial ceiling: call after a success.
    package mutating func reset() { ceiling = initial }

    private mutating func next(share: Double) -> Duration {
        defer { ceiling = ceiling < maximum / 2 ? ceiling * 2 : maximum }
        return ceiling * share
    }
}
