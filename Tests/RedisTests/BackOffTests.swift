import Redis
import Testing

struct BackOffTests {
    /// Draws the same every time.
    private struct Constant: RandomNumberGenerator {
        let value: UInt64
        func next() -> UInt64 { value }
    }

    @Test func `the ceiling doubles up to the maximum, and starts again after a success`() {
        var highest = Constant(value: .max)
        var backOff = BackOff(initial: .milliseconds(100), maximum: .seconds(1))
        let delays = (0..<6).map { _ in backOff.next(using: &highest) / .milliseconds(1) }
        for (delay, ceiling) in zip(delays, [100, 200, 400, 800, 1000, 1000]) {
            #expect(abs(delay - Double(ceiling)) < 0.001)
        }
        backOff.reset()
        #expect(backOff.next(using: &highest) <= .milliseconds(100))
    }

    @Test func `a delay lies anywhere between zero and the ceiling`() {
        var backOff = BackOff(initial: .seconds(1), maximum: .seconds(1))
        let delays = (0..<1000).map { _ in backOff.next() }
        #expect(delays.allSatisfy { .zero <= $0 && $0 <= .seconds(1) })
        #expect(delays.contains { $0 < .milliseconds(100) })
        #expect(delays.contains { $0 > .milliseconds(900) })
    }

    @Test func `it survives any number of attempts`() {
        var highest = Constant(value: .max)
        var backOff = BackOff(initial: .milliseconds(1), maximum: .seconds(30))
        for _ in 0..<10_000 { #expect(backOff.next(using: &highest) <= .seconds(30)) }
    }
}
