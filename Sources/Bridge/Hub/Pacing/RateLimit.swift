import Reactor

/// Lets no more than `count` events through within any `interval`, wherever that begins.
///
/// It remembers when each passed for as long as that matters: 8 bytes an event of the last interval.
struct RateLimit {
    let count: Int
    let interval: Milliseconds
    private var passed: [MonotonicTime] = []

    init(_ count: Int, in interval: Milliseconds) {
        self.count = count
        self.interval = interval
    }

    /// From when on the next event may pass.
    var opening: MonotonicTime {
        passed.count < count ? MonotonicTime(nanoseconds: .min) : passed[passed.count - count] + interval
    }

    mutating func note(_ now: MonotonicTime) {
        // Before the array would grow, what no longer matters goes.
        if passed.count == passed.capacity {
            passed.removeFirst(passed.prefix { $0 + interval <= now }.count)
            if passed.count >= count { passed.removeFirst(passed.count - count + 1) }
        }
        passed.append(now)
    }
}
