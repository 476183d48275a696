import Testing

@testable import Reactor

struct MonotonicTimeTests {
    @Test func `milliseconds are added and seconds told`() {
        let time = MonotonicTime(nanoseconds: 5_000_000_123)
        #expect(time + 250 == MonotonicTime(nanoseconds: 5_250_000_123))
        #expect(time + -1000 == MonotonicTime(nanoseconds: 4_000_000_123))
        #expect((time + 1500).seconds(since: time) == 1.5)
        #expect(time.seconds(since: time + 250) == -0.25)
        #expect(time.milliseconds == 5000)
    }

    @Test func `times and intervals are ordered`() {
        #expect(MonotonicTime(nanoseconds: 1) < MonotonicTime(nanoseconds: 2))
        #expect(MonotonicTime.now + 86_400_000 < .distantFuture)
        #expect(Milliseconds(9) < 10 && max(Milliseconds(9), 10) == 10)
    }

    @Test func `the clock does not go back`() {
        var last = MonotonicTime.now
        for _ in 0..<1000 {
            let now = MonotonicTime.now
            #expect(now >= last)
            last = now
        }
    }

    @Test func `the wall clock is in this century`() {
        #expect((1_700_000_000_000..<4_000_000_000_000).contains(WallClock.unixMilliseconds))
    }
}
