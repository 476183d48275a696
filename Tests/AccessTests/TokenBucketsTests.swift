import TestSupport
import Testing

@testable import Access

struct TokenBucketsTests {
    private let second: Int64 = 1_000_000_000

    @Test func `a burst is let through, then what comes in`() {
        var buckets = TokenBuckets<String>(rate: 10, burst: 3, capacity: 10)
        for _ in 0..<3 { #expect(buckets.take("a", now: 0) == nil) }
        #expect(buckets.take("a", now: 0) == second / 10)
        #expect(buckets.take("a", now: second / 20) == second / 20)
        #expect(buckets.take("a", now: second / 10 - 1) == 1)
        #expect(buckets.take("a", now: second / 10) == nil)
        #expect(buckets.take("a", now: second / 10) == second / 10)
        // A long pause fills it, and no more than that.
        for _ in 0..<3 { #expect(buckets.take("a", now: 100 * second) == nil) }
        #expect(buckets.take("a", now: 100 * second) == second / 10)
    }

    @Test func `a limit for a minute is a minute's worth at once, and then what comes in`() {
        var buckets = TokenBuckets<String>(perMinute: 100, capacity: 10)
        for _ in 0..<100 { #expect(buckets.take("a", now: 0) == nil) }
        #expect(buckets.take("a", now: 0) == second * 6 / 10)
        #expect(buckets.take("a", now: second * 6 / 10) == nil)
    }

    @Test func `each key has its own bucket`() {
        var buckets = TokenBuckets<String>(rate: 1, burst: 1, capacity: 10)
        #expect(buckets.take("a", now: 0) == nil)
        #expect(buckets.take("b", now: 0) == nil)
        #expect(buckets.take("a", now: 0) == second)
        #expect(buckets.count == 2)
    }

    @Test func `without room the bucket goes that is full the longest, or soonest would be`() {
        var buckets = TokenBuckets<String>(rate: 1, burst: 5, capacity: 3)
        for _ in 0..<5 { #expect(buckets.take("empty", now: 0) == nil) }
        for _ in 0..<2 { #expect(buckets.take("fuller", now: 0) == nil) }
        #expect(buckets.take("full", now: 0) == nil)
        // "full" is full again at 1 s, "fuller" at 2 s.
        #expect(buckets.take("new", now: second) == nil)
        #expect(buckets.count == 3)
        #expect(buckets.take("newer", now: second) == nil)
        #expect(buckets.count == 3)
        // The one in debt is still there.
        #expect(buckets.take("empty", now: second) == nil)
        #expect(buckets.take("empty", now: second) == second)
    }

    @Test(arguments: UInt64(1)...8)
    func `a bucket counts tokens`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = [1, 2, 5, 10, 1000].any(&random)
        let burst = Int.random(in: 1...20, using: &random)
        var buckets = TokenBuckets<Int>(rate: rate, burst: burst, capacity: 8)
        // The capacity is enough for all keys, so the model needs none.
        var models: [Int: CountingBucket] = [:]
        var now: Int64 = 0
        var (taken, refused) = (0, 0)
        for _ in 0..<20_000 {
            now += Int64.random(in: 0...(second / Int64(8 * rate)), using: &random)
            if random.isTrue(oneIn: 500) { now += Int64.random(in: 0...(30 * second), using: &random) }
            let key = Int.random(in: 0..<8, using: &random)
            let expected = models[key, default: CountingBucket(rate: rate, burst: burst, at: now)].take(now)
            let actual = buckets.take(key, now: now)
            guard actual == expected else {
                Issue.record(
                    "seed \(seed), at \(now): \(String(describing: actual)) for \(String(describing: expected))")
                return
            }
            if actual == nil { taken += 1 } else { refused += 1 }
        }
        #expect(taken > 100 && refused > 100)
    }

    @Test(arguments: UInt64(1)...8)
    func `a table that is too small forgets only what is full the longest`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var buckets = TokenBuckets<Int>(rate: 10, burst: 5, capacity: 16)
        // What the table shall hold: for each key when it is full again.
        var model: [Int: Int64] = [:]
        var (now, forgotten, refused) = (Int64(0), 0, 0)
        for _ in 0..<5000 {
            // Ten a second of each key, so that those in debt have to stay; and hardly two full at the same moment.
            now += Int64.random(in: 1...(second / 200), using: &random)
            let key = Int.random(in: 0..<40, using: &random)
            let fullAt = max(model[key] ?? now, now) + second / 10
            let wait = fullAt - now - second / 2
            #expect(buckets.take(key, now: now) == (wait > 0 ? wait : nil))
            if wait > 0 {
                refused += 1
            } else {
                if model[key] == nil, model.count == 16, let first = model.min(by: { $0.value < $1.value }) {
                    model[first.key] = nil
                    forgotten += 1
                }
                model[key] = fullAt
            }
            #expect(buckets.count == model.count)
        }
        #expect(forgotten > 100 && refused > 100)
    }
}

/// A bucket as one would explain it: a count of tokens, each split into a second's nanoseconds.
private struct CountingBucket {
    let rate, capacity: Int64
    var parts: Int64
    var time: Int64

    init(rate: Int, burst: Int, at time: Int64) {
        self.rate = Int64(rate)
        capacity = Int64(burst) * 1_000_000_000
        parts = capacity
        self.time = time
    }

    mutating func take(_ now: Int64) -> Int64? {
        parts = min(capacity, parts + (now - time) * rate)
        time = now
        guard parts >= 1_000_000_000 else {
            let missing = 1_000_000_000 - parts
            return (missing + rate - 1) / rate
        }
        parts -= 1_000_000_000
        return nil
    }
}
