import Glibc

/// A moment of the wall clock, not before 1970, written as RFC 3339 in UTC with milliseconds.
package struct LogTime: Equatable, Sendable, CustomStringConvertible {
    package let unixMilliseconds: Int

    package init(unixMilliseconds: Int) {
        self.unixMilliseconds = max(unixMilliseconds, 0)
    }

    package static var now: LogTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(unixMilliseconds: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    package var description: String {
        var seconds: time_t = unixMilliseconds / 1000
        var civil = tm()
        gmtime_r(&seconds, &civil)
        let date = [Self.digits(civil.tm_year + 1900, 4), Self.digits(civil.tm_mon + 1), Self.digits(civil.tm_mday)]
        let time = [Self.digits(civil.tm_hour), Self.digits(civil.tm_min), Self.digits(civil.tm_sec)]
        let milliseconds = Self.digits(Int32(unixMilliseconds % 1000), 3)
        return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(milliseconds)Z"
    }

    private static func digits(_ number: Int32, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
