import TestSupport
import Foundation
import JSON
import Testing

struct RFC3339Tests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_767_319_445_678, "2026-01-02T02:04:05.678Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (-62_162_121_600_000, "0000-02-29T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func `a time is written and read`(_ time: Int64, _ text: String) {
        #expect(RFC3339.format(unixMilliseconds: time) == text)
        #expect(RFC3339.parse(text) == time)
    }

    @Test(arguments: [
        ("2026-11-21T08:00:00Z", "2026-11-21T08:00:00.000Z"), ("2026-11-21t08:00:00.5z", "2026-11-21T08:00:00.500Z"),
        ("2026-11-21 08:00:00.123456789Z", "2026-11-21T08:00:00.123Z"),
        ("2026-11-21T08:00:00.9999Z", "2026-11-21T08:00:00.999Z"),
        ("2026-11-21T08:00:00+01:30", "2026-11-21T06:30:00.000Z"),
        ("2026-11-21T23:00:00-01:30", "2026-11-22T00:30:00.000Z"),
        ("2026-11-21T08:00:00-00:00", "2026-11-21T08:00:00.000Z"), ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        ("2017-01-01T00:59:60.5+01:00", "2017-01-01T00:00:00.500Z"),
        ("2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"),
    ])
    func `other spellings are read`(_ text: String, _ same: String) {
        #expect(RFC3339.parse(text).map(RFC3339.format) == same)
    }

    @Test(arguments: [
        "", "2026", "2026-11-21", "2026-11-21T08:00:00", "2026-11-21T08:00Z", "2026-11-21T08:00:00.Z",
        "2026-11-21T08:00:00ZZ", " 2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z ",
        "2026-00-21T08:00:00Z", "2026-13-21T08:00:00Z", "2026-11-00T08:00:00Z", "2026-11-31T08:00:00Z",
        "2026-02-29T08:00:00Z", "2100-02-29T08:00:00Z", "2026-12-32T08:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T08:60:00Z",
        "2026-11-21T08:00:61Z", "2026-11-21T08:00:60Z", "2026-11-21T08:00:00+0100", "2026-11-21T08:00:00+24:00",
        "2026-11-21T08:00:00+01:60", "2026-11-21T08:00:00+01", "2026-11-21_08:00:00Z", "26-11-21T08:00:00Z",
        "2026-1-21T08:00:00Z", "+2026-11-21T08:00:00Z", "2026-11-21T08:00:00,5Z", "２026-11-21T08:00:00Z",
        "2026-11-21T-8:00:00Z", "2026-11-21T08:00:00.5e3Z",
    ])
    func `what is no timestamp is none`(_ text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test
    func `times beyond four digits of year become the nearest`() {
        #expect(RFC3339.format(unixMilliseconds: .min) == "0000-01-01T00:00:00.000Z")
        #expect(RFC3339.format(unixMilliseconds: .max) == "9999-12-31T23:59:59.999Z")
    }

    @Test
    func `each day of 220 years follows the one before and comes back`() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (year, month, day) = (1890, 1, 1)
        var time: Int64 = -2_524_521_600_000
        while year < 2110 {
            let date = [(year, 4), (month, 2), (day, 2)].map { number, width in
                String(repeating: "0", count: width - String(number).count) + String(number)
            }
            let text = date.joined(separator: "-") + "T00:00:00.000Z"
            guard RFC3339.format(unixMilliseconds: time) == text, RFC3339.parse(text) == time else {
                Issue.record("\(text)")
                return
            }
            time += 86_400_000
            day += 1
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test
    func `Foundation reads the same`() throws {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var random = SeededGenerator(seed: 3339)
        for _ in 0..<500 {
            let time = Int64.random(in: 0...4_102_444_800, using: &random) * 1000
            let date = try format.parse(RFC3339.format(unixMilliseconds: time))
            #expect(Int64(date.timeIntervalSince1970) * 1000 == time)
        }
    }
}
