/// Timestamps as text (RFC 3339 §5.6), to and from Unix milliseconds.
package enum RFC3339 {
    /// What four digits of year can say: 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z.
    private static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999
    private static let millisecondsPerDay: Int64 = 86_400_000

    /// UTC with milliseconds, as in `2026-01-02T03:04:05.678Z`; a time outside the years 0 to 9999 becomes the nearest
    /// inside.
    package static func format(unixMilliseconds: Int64) -> String {
        let sinceYear0 = min(max(unixMilliseconds, range.lowerBound), range.upperBound) - range.lowerBound
        let date = CivilDate(daysSinceYear0: sinceYear0 / millisecondsPerDay)
        let time = sinceYear0 % millisecondsPerDay
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(date.year, digits: 4, then: "-")
        text.append(date.month, digits: 2, then: "-")
        text.append(date.day, digits: 2, then: "T")
        text.append(time / 3_600_000, digits: 2, then: ":")
        text.append(time / 60_000 % 60, digits: 2, then: ":")
        text.append(time / 1000 % 60, digits: 2, then: ".")
        text.append(time % 1000, digits: 3, then: "Z")
        return String(decoding: text, as: UTF8.self)
    }

    /// The time that a timestamp names; nil where it is none.
    ///
    /// Any offset, any number of fraction digits (those beyond milliseconds are cut off), `T` and `Z` of either case
    /// and a space for the `T` are taken. A leap second, possible only at the end of a day, counts as the next day's
    /// first second.
    package static func parse(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        guard let year = rest.takeNumber(digits: 4), rest.take("-"),
            let month = rest.takeNumber(digits: 2), rest.take("-"),
            let day = rest.takeNumber(digits: 2), rest.take("T") || rest.take("t") || rest.take(" "),
            let hour = rest.takeNumber(digits: 2), rest.take(":"), hour < 24,
            let minute = rest.takeNumber(digits: 2), rest.take(":"), minute < 60,
            let second = rest.takeNumber(digits: 2), second <= 60,
            let millisecond = rest.takeFraction(),
            let offset = rest.takeOffset(), rest.isEmpty,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let seconds = (hour - offset.hours) * 3600 + (minute - offset.minutes) * 60 + second
        guard second < 60 || seconds % 86_400 == 0 else { return nil }
        return range.lowerBound + date.daysSinceYear0 * millisecondsPerDay + seconds * 1000 + millisecond
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: Int64, digits: Int, then end: Unicode.Scalar) {
        var divisor = (1..<digits).reduce(Int64(1)) { power, _ in power * 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
        append(UInt8(ascii: end))
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard first == UInt8(ascii: expected) else { return false }
        removeFirst()
        return true
    }

    fileprivate mutating func takeNumber(digits: Int) -> Int64? {
        let taken = prefix(digits)
        guard taken.count == digits, taken.allSatisfy(\.isDigit) else { return nil }
        removeFirst(digits)
        return taken.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// The milliseconds of a fraction, 0 where there is none, nil where the point has no digits after it.
    fileprivate mutating func takeFraction() -> Int64? {
        guard take(".") else { return 0 }
        let taken = prefix(while: \.isDigit)
        guard !taken.isEmpty else { return nil }
        removeFirst(taken.count)
        return (taken + [.zero, .zero]).prefix(3).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// How far local time is ahead of UTC; both figures are negative where it is behind.
    fileprivate mutating func takeOffset() -> (hours: Int64, minutes: Int64)? {
        if take("Z") || take("z") { return (0, 0) }
        let sign: Int64 = first == .minus ? -1 : 1
        guard take("+") || take("-"),
            let hours = takeNumber(digits: 2), take(":"), hours < 24,
            let minutes = takeNumber(digits: 2), minutes < 60
        else { return nil }
        return (sign * hours, sign * minutes)
    }
}
