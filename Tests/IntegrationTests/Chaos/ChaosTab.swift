import Foundation
import Synchronization
import TestSupport

/// Somebody who reads what comes in a chaos run, and marks it as read over HTTP, on a thread of its own.
final class ChaosTab: Sendable {
    private struct Orders {
        var port: Int
        var hasBegun = false
        var isStopping = false
        var isOver = false
    }

    private let feeds: ChaosFeeds
    private let ledger: ChaosLedger
    private let orders: Mutex<Orders>

    init(_ settings: ChaosSettings, port: Int, ledger: ChaosLedger) {
        feeds = settings.feeds
        self.ledger = ledger
        orders = Mutex(Orders(port: port))
        let seed = settings.seed
        Thread { [self] in
            var random = SeededGenerator(seed: seed &+ 500)
            while true {
                let orders = orders.withLock { $0 }
                guard !orders.isStopping else { break }
                if orders.hasBegun { mark(&random, orders.port) }
                poll(nil, 0, 50)
            }
            orders.withLock { $0.isOver = true }
        }.start()
    }

    /// Where the bridge listens from now on.
    func connect(to port: Int) { orders.withLock { $0.port = port } }

    func begin() { orders.withLock { $0.hasBegun = true } }

    func abandon() { orders.withLock { $0.isStopping = true } }

    /// Ends once what it asked for last is answered.
    func stop() throws {
        abandon()
        try eventually("the last answer") { orders.withLock { $0.isOver } }
    }

    private func mark(_ random: inout SeededGenerator, _ port: Int) {
        let inboxes = feeds.all.indices.filter { feeds.all[$0].hasIDs && feeds.all[$0].name.hasPrefix("user:") }
        let feed = inboxes.any(&random)
        let known = ledger.count(of: feed)
        guard known > 0 else { return }
        let entry = ChaosEntry(feed: feed, number: Int.random(in: max(1, known - 20)...known, using: &random))
        let mark = feeds.mark(of: entry)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: if (try? ask(port, feed, #"{"through":"\#(mark)"}"#)) == true { ledger.noteRead(entry) }
        case 1: _ = try? ask(port, feed, #"{"ids":["\#(mark)"]}"#)
        default: _ = try? ask(port, feed, #"{"all":true}"#)
        }
    }

    /// Asks once; whether it was done.
    private func ask(_ port: Int, _ feed: Int, _ body: String) throws -> Bool {
        let socket = try LoopbackSocket(port: port)
        socket.send(
            """
            POST /v1/feeds/\(feeds.all[feed].name)/read HTTP/1.1\r
            Host: 127.0.0.1\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            Connection: close\r
            \r
            \(body)
            """)
        var answer: [UInt8] = []
        let deadline = ContinuousClock.now + .seconds(10)
        while let bytes = try socket.receive(until: deadline) { answer += bytes }
        return String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200 ")
    }
}
