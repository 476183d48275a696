import Glibc
import Synchronization

/// How long the calls of a connection wait for another connection's lock: so long each, and beyond a moment that any thread
/// may name only as long as a lock is held in passing.
package final class SQLitePatience: Sendable {
    private let milliseconds: Int32
    private let end = Mutex<ContinuousClock.Instant?>(nil)
    /// How long it waits each time before it tries again; then always as long as the last time.
    private static let pauses: [Int32] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100]
    /// How long a call may wait beyond the end, and how long after it that is over as well.
    private static let lastMilliseconds: Int32 = 100
    private static let grace: Duration = .seconds(1)

    package init(milliseconds: Int32) {
        self.milliseconds = milliseconds
    }

    /// Has hardly a call wait beyond `end`, also of those that wait now, and none a second later.
    package func end(at end: ContinuousClock.Instant) { self.end.withLock { $0 = end } }

    /// Waits a little, if there is time left, and returns whether to try again; `count` is how often that was done for
    /// the same lock.
    func wait(_ count: Int) -> Bool {
        let (pauses, last) = (SQLitePatience.pauses, SQLitePatience.pauses.count - 1)
        let waited = pauses.prefix(count).reduce(0, +) + Int32(max(0, count - pauses.count)) * pauses[last]
        let limit = limit(.now)
        guard waited < limit else { return false }
        poll(nil, 0, min(pauses[min(count, last)], limit - waited))
        return true
    }

    /// How long a call may wait in all.
    private func limit(_ now: ContinuousClock.Instant) -> Int32 {
        guard let end = end.withLock({ $0 }), end <= now else { return milliseconds }
        return now < end + Self.grace ? min(milliseconds, Self.lastMilliseconds) : 0
    }
}
