import Foundation
import Synchronization

/// The writers of a chaos run, each with its feeds and its thread.
final class ChaosWriters: Sendable {
    private static let count = 3

    private struct Orders {
        var byFeed: [Int: ChaosOrder] = [:]
        var isFlushing = false
        /// How many writers wait for a flush, or have not gone on after it.
        var waiting = 0
        var isStopping = false
        var isAbandoned = false
        var threads = 0
    }

    private let orders = Mutex(Orders(threads: ChaosWriters.count))

    init(_ settings: ChaosSettings, redis: String, database: String, ledger: ChaosLedger) {
        let pause = Int32(1000 * ChaosWriters.count / settings.pushesPerSecond)
        for number in 0..<ChaosWriters.count {
            Thread { [self] in
                let owned = settings.feeds.all.indices.filter { $0 % ChaosWriters.count == number }
                run(
                    ChaosWriter(
                        settings, owned: owned, redis: redis, database: database, ledger: ledger, number: number,
                        isAbandoned: { self.orders.withLock { $0.isAbandoned } }),
                    pause)
                orders.withLock { $0.threads -= 1 }
            }.start()
        }
    }

    private func run(_ writer: ChaosWriter, _ pause: Int32) {
        var writer = writer
        while true {
            let orders = orders.withLock { $0 }
            guard !orders.isStopping else { break }
            if orders.isFlushing { awaitFlush(&writer) }
            for feed in writer.owned {
                guard let order = orders.byFeed[feed] else { continue }
                // Until then nothing is added that would have to be stored as well.
                insist { writer.perform(order, on: feed) }
                self.orders.withLock { $0.byFeed[feed] = nil }
            }
            writer.mend(until: .now)
            writer.push()
            poll(nil, 0, Int32.random(in: 0...2 * pause, using: &writer.random))
        }
        writer.mend(until: .now + .seconds(3600))
    }

    /// Pushes nothing while Redis is emptied.
    private func awaitFlush(_ writer: inout ChaosWriter) {
        insist { writer.prepareForFlush() }
        orders.withLock { $0.waiting += 1 }
        insist { orders.withLock { !$0.isFlushing } }
        insist { writer.pushAgain() }
        orders.withLock { $0.waiting -= 1 }
    }

    /// Tries until it is done, or too late.
    private func insist(_ isDone: () -> Bool) {
        while !isDone(), !orders.withLock({ $0.isStopping }) { poll(nil, 0, 5) }
    }

    /// Has something done to a feed by its writer, and waits for that.
    func perform(_ order: ChaosOrder, on feed: Int) throws {
        orders.withLock { $0.byFeed[feed] = order }
        try eventually(order.rawValue) { orders.withLock { $0.byFeed[feed] == nil } }
    }

    /// Empties Redis by `body` in a moment when nobody pushes; then all push again what they have no proof of.
    func flush(_ body: () throws -> Void) throws {
        orders.withLock { $0.isFlushing = true }
        defer { orders.withLock { $0.isFlushing = false } }
        try eventually("a pause of all writers") { orders.withLock { $0.waiting == ChaosWriters.count } }
        try body()
        orders.withLock { $0.isFlushing = false }
        try eventually("the end of the pause") { orders.withLock { $0.waiting == 0 } }
    }

    /// Has them end, whatever they are doing.
    func abandon() {
        orders.withLock { orders in
            orders.isStopping = true
            orders.isAbandoned = true
        }
    }

    /// Waits until all that they have begun to push is acknowledged, and ends.
    func stop() throws {
        orders.withLock { $0.isStopping = true }
        try eventually("the last acknowledgement") { orders.withLock { $0.threads == 0 } }
    }
}
