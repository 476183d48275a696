/// A bucket of tokens for each key, refilled at a steady rate, in a table that never grows beyond its capacity.
///
/// A bucket is one number, the time at which it is full again: the generic cell rate algorithm (ITU-T I.371), which
/// grants just what a counter of tokens would. A full bucket is as good as none, so where there is no room the one
/// that is full the longest goes; if none is, the one that soonest would be.
package struct TokenBuckets<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        let key: Key
        var fullAt: Int64
    }

    /// The nanoseconds in which a token comes in, and in which an empty bucket fills.
    private let interval, period: Int64
    private let capacity: Int
    /// A heap: what is at `index` is full no later than what is at `2 * index + 1` and `2 * index + 2`.
    private var heap: [Bucket] = []
    private var places: [Key: Int] = [:]

    /// Buckets that are full at first.
    ///
    /// - Parameters:
    ///   - rate: The tokens that come in each second.
    ///   - burst: The tokens that a bucket holds.
    ///   - capacity: The buckets at most.
    package init(rate: Int, burst: Int, capacity: Int) {
        precondition(
            1...1_000_000_000 ~= rate && 1...1_000_000_000 ~= burst && capacity > 0, "A limit lets some through")
        interval = 1_000_000_000 / Int64(rate)
        period = interval * Int64(burst)
        self.capacity = capacity
    }

    /// Buckets for a limit of requests a second, of which twice as many may come at once; nil where it is 0, for none.
    ///
    /// Keys beyond the capacity push out those that are idle.
    package init?(perSecond limit: Int) {
        guard limit > 0 else { return nil }
        self.init(rate: limit, burst: 2 * limit, capacity: 65_536)
    }

    /// Buckets that hold a minute's worth, which comes in over a minute.
    package init(perMinute rate: Int, capacity: Int) {
        precondition(1...1_000_000_000 ~= rate && capacity > 0, "A limit lets some through")
        interval = 60_000_000_000 / Int64(rate)
        period = interval * Int64(rate)
        self.capacity = capacity
    }

    package var count: Int { heap.count }

    /// Takes a token out of a key's bucket; O(log n).
    ///
    /// - Parameters:
    ///   - key: Whose bucket.
    ///   - now: A time in nanoseconds that never goes back.
    /// - Returns: Where the bucket is empty, after how many nanoseconds a token will be in it; nil where one was taken.
    package mutating func take(_ key: Key, now: Int64) -> Int64? {
        let place = places[key]
        let fullAt = max(place.map { heap[$0].fullAt } ?? now, now) + interval
        guard fullAt - now <= period else { return fullAt - now - period }
        if let place {
            heap[place].fullAt = fullAt
            moveDown(from: place)
        } else {
            add(Bucket(key: key, fullAt: fullAt))
        }
        return nil
    }

    private mutating func add(_ bucket: Bucket) {
        if heap.count < capacity {
            heap.append(bucket)
            moveUp(from: heap.count - 1)
        } else {
            places[heap[0].key] = nil
            heap[0] = bucket
            moveDown(from: 0)
        }
    }

    private mutating func moveUp(from start: Int) {
        let bucket = heap[start]
        var place = start
        while place > 0, heap[(place - 1) / 2].fullAt > bucket.fullAt {
            put(heap[(place - 1) / 2], at: place)
            place = (place - 1) / 2
        }
        put(bucket, at: place)
    }

    private mutating func moveDown(from start: Int) {
        let bucket = heap[start]
        var place = start
        while let child = earlierChild(of: place), heap[child].fullAt < bucket.fullAt {
            put(heap[child], at: place)
            place = child
        }
        put(bucket, at: place)
    }

    private func earlierChild(of place: Int) -> Int? {
        let left = 2 * place + 1
        guard left < heap.count else { return nil }
        return left + 1 < heap.count && heap[left + 1].fullAt < heap[left].fullAt ? left + 1 : left
    }

    private mutating func put(_ bucket: Bucket, at place: Int) {
        heap[place] = bucket
        places[bucket.key] = place
    }
}
