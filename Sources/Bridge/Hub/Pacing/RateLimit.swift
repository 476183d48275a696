import Reactor

/// Lets no more than `count` events through within any `interval`.
///
/// It remembers when the last `count` passed, so no second has more than it may, wherever the second begins.
struct RateLimit {
    let count: Int
    let interval: Milliseconds
    private var passed: [MonotonicTime] = []
    /// Where the oldest stands, once there are `count`.
    private var oldest = 0

    init(_ count: Int, in interval: Milliseconds) {
        self.count = count
        self.interval = interval
    }

    /// From when on the next event may pass.
    var opening: MonotonicTime {
        passed.count < count ? MonotonicTime(nanoseconds: .min) : passed[oldest] + interval
    }

    mutating func note(_ now: MonotonicTime) {
        if passed.count < count {
            passed.append(now)
        } else {
            passed[oldest] = now
            oldest = (oldest + 1) % count
        }
    }
}
