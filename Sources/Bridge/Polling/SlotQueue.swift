/// Feeds that wait for their turn, by their slots, the one that waits longest first.
///
/// Each operation is O(1), over many: what was taken goes when it is half of all that is kept.
struct SlotQueue {
    private var slots: [Int] = []
    /// Where the first of those stands that wait.
    private var next = 0
    /// Fewer are not worth it.
    private static let leastRemoved = 1024

    var isEmpty: Bool { next == slots.count }
    var count: Int { slots.count - next }

    mutating func append(_ slot: Int) { slots.append(slot) }

    mutating func popFirst() -> Int? {
        guard next < slots.count else { return nil }
        defer {
            next += 1
            if next == slots.count {
                removeAll()
            } else if next >= SlotQueue.leastRemoved && 2 * next >= slots.count {
                slots.removeFirst(next)
                next = 0
            }
        }
        return slots[next]
    }

    mutating func removeAll() {
        slots.removeAll(keepingCapacity: true)
        next = 0
    }
}
