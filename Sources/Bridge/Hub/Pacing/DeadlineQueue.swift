import HTTPServer
import Reactor

/// Which streams have something to be sent when: a binary heap, the earliest first.
///
/// A deadline is not taken back: whoever gets one looks whether it still stands. No stream has the same one twice.
struct DeadlineQueue {
    private var heap: [(time: MonotonicTime, stream: ConnectionID)] = []

    /// The earliest deadline.
    var next: MonotonicTime { heap.first?.time ?? .distantFuture }

    mutating func add(_ time: MonotonicTime, _ stream: ConnectionID) {
        heap.append((time, stream))
        var child = heap.count - 1
        while child > 0, heap[child].time < heap[(child - 1) / 2].time {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The next stream whose deadline has come.
    mutating func takeDue(_ now: MonotonicTime) -> ConnectionID? {
        guard let first = heap.first, first.time <= now, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first.stream }
        heap[0] = last
        var parent = 0
        while let child = earlierChild(of: parent), heap[child].time < heap[parent].time {
            heap.swapAt(parent, child)
            parent = child
        }
        return first.stream
    }

    private func earlierChild(of parent: Int) -> Int? {
        let left = 2 * parent + 1
        guard left < heap.count else { return nil }
        return left + 1 < heap.count && heap[left + 1].time < heap[left].time ? left + 1 : left
    }
}
