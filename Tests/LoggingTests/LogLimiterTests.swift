import Logging
import Testing

struct LogLimiterTests {
    private let start = ContinuousClock.now

    @Test
    func `a key is let through once per interval with a count of what was held back`() {
        var limiter = LogLimiter(interval: .seconds(10))
        #expect(limiter.admit("a", at: start) == 0)
        #expect(limiter.admit("a", at: start) == nil)
        #expect(limiter.admit("a", at: start + .milliseconds(9999)) == nil)
        #expect(limiter.admit("a", at: start + .seconds(10)) == 2)
        #expect(limiter.admit("a", at: start + .seconds(19)) == nil)
        #expect(limiter.admit("a", at: start + .seconds(100)) == 1)
        #expect(limiter.admit("a", at: start + .seconds(200)) == 0)
    }

    @Test
    func `keys do not count for each other`() {
        var limiter = LogLimiter(interval: .seconds(10))
        #expect(limiter.admit("a", at: start) == 0)
        #expect(limiter.admit("b", at: start) == 0)
        #expect(limiter.admit("b", at: start) == nil)
        #expect(limiter.admit("a", at: start + .seconds(10)) == 0)
        #expect(limiter.admit("b", at: start + .seconds(10)) == 1)
    }

    @Test
    func `keys beyond the most that are told apart share one`() {
        var limiter = LogLimiter(interval: .seconds(10), maxKeys: 2)
        #expect(limiter.admit("a", at: start) == 0)
        #expect(limiter.admit("b", at: start + .seconds(5)) == 0)
        #expect(limiter.admit("c", at: start + .seconds(5)) == 0)
        #expect(limiter.admit("d", at: start + .seconds(5)) == nil)
        #expect(limiter.admit("a", at: start + .seconds(5)) == nil)
        // By now those whose interval is over make room.
        #expect(limiter.admit("e", at: start + .seconds(20)) == 0)
        #expect(limiter.admit("f", at: start + .seconds(20)) == 0)
        #expect(limiter.admit("g", at: start + .seconds(20)) == 0)
        #expect(limiter.admit("h", at: start + .seconds(20)) == nil)
    }
}
