import Foundation
import Synchronization

/// The writers of a chaos run, each with its feeds and its thread.
final class ChaosWriters: Sendable {
    private static let count = 3

    private struct Orders {
        var toBeginAnew: Set<Int> = []
        var toSpoil: [Int: Duration] = [:]
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
            for feed in writer.owned where orders.toBeginAnew.contains(feed) {
                // Until then nothing is added that would have to be stored as well.
                while !writer.beginAnew(feed), !isStopping { poll(nil, 0, 20) }
                self.orders.withLock { _ = $0.toBeginAnew.remove(feed) }
            }
            for feed in writer.owned {
                guard let time = orders.toSpoil[feed] else { continue }
                writer.spoilFlag(feed, for: time)
                self.orders.withLock { $0.toSpoil[feed] = nil }
            }
            writer.mendFlags(until: .now)
            writer.push()
            poll(nil, 0, Int32.random(in: 0...2 * pause, using: &writer.random))
        }
        writer.mendFlags(until: .now + .seconds(3600))
    }

    private var isStopping: Bool { orders.withLock { $0.isStopping } }

    /// Has a feed's list deleted and begun anew, and waits for that.
    func beginAnew(_ feed: Int) throws {
        orders.withLock { _ = $0.toBeginAnew.insert(feed) }
        try eventually("the end of a list") { orders.withLock { !$0.toBeginAnew.contains(feed) } }
    }

    /// Makes something else of a feed's flag for a while.
    func spoilFlag(_ feed: Int, for time: Duration) throws {
        orders.withLock { $0.toSpoil[feed] = time }
        try eventually("a flag of the wrong type") { orders.withLock { $0.toSpoil[feed] == nil } }
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
