import Glibc

/// A point on the kernel's monotonic clock, in nanoseconds.
///
/// It does not jump when the wall clock is set, so every interval and deadline uses it.
package struct MonotonicTime: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The time now.
    package static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// A deadline that never comes.
    package static let distantFuture = MonotonicTime(nanoseconds: .max)

    /// Whole milliseconds since an arbitrary origin.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package static func + (time: MonotonicTime, milliseconds: Milliseconds) -> MonotonicTime {
        MonotonicTime(nanoseconds: time.nanoseconds + milliseconds.count * 1_000_000)
    }

    /// The seconds from `earlier` to this time.
    package func seconds(since earlier: MonotonicTime) -> Double {
        Double(nanoseconds - earlier.nanoseconds) / 1e9
    }
}

/// A count of milliseconds, the unit of every interval in the configuration.
package struct Milliseconds: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral {
    package var count: Int64

    package init(_ count: Int64) {
        self.count = count
    }

    package init(integerLiteral value: Int64) {
        self.count = value
    }

    package static func < (left: Milliseconds, right: Milliseconds) -> Bool {
        left.count < right.count
    }
}

/// The wall clock, for what people and other programs read.
package enum WallClock {
    /// Milliseconds since the Unix epoch.
    package static var unixMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
