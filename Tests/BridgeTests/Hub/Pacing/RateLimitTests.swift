import Reactor
import Testing

@testable import Bridge

struct RateLimitTests {
    private static func at(_ milliseconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: milliseconds * 1_000_000)
    }

    @Test(arguments: [1, 2, 5, 1000])
    func `so many pass at once, the next when the first is an interval old`(count: Int) {
        var limit = RateLimit(count, in: 1000)
        for index in 0..<count {
            #expect(limit.opening <= Self.at(Int64(index)))
            limit.note(Self.at(Int64(index)))
        }
        #expect(limit.opening == Self.at(1000))
        limit.note(Self.at(1000))
        #expect(limit.opening == Self.at(count == 1 ? 2000 : 1001))
    }

    @Test func `no interval has more than it may, wherever it begins`() {
        var limit = RateLimit(3, in: 1000)
        var passed: [Int64] = []
        // One every 70 ms, with pauses.
        for time in stride(from: Int64(0), to: 20_000, by: 70)
        where time % 3000 < 2000 && limit.opening <= Self.at(time) {
            limit.note(Self.at(time))
            passed.append(time)
        }
        for first in passed { #expect(passed.count { first..<(first + 1000) ~= $0 } <= 3) }
        #expect(passed.count >= 40)
    }
}
