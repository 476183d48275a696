import Feeds
import Foundation
import Synchronization

/// The streams of a chaos run: hundreds, on one thread.
final class StreamFleet: Sendable {
    struct Status {
        var live = 0
        /// How many know from where on everything is theirs.
        var begun = 0
        var received = 0
        /// How often all of them were made to leave.
        var bounces = 0
        /// How many have received all that is expected.
        var complete = 0
        /// What the streams received; there once the fleet has ended.
        var records: [StreamRecord]?
    }

    private struct Orders {
        var port: Int
        var bounces = 0
        var isGathering = false
        /// The position of the last notification of each feed, once nothing more is to come.
        var expected: [LogPosition]?
        var isStopping = false
    }

    private let orders: Mutex<Orders>
    private let shared = Mutex(Status())

    init(_ settings: ChaosSettings, port: Int) {
        orders = Mutex(Orders(port: port))
        Thread { [self] in run((0..<settings.streams).map { FleetStream(number: $0, settings) }) }.start()
    }

    var status: Status { shared.withLock { $0 } }

    /// Where the bridge listens from now on.
    func connect(to port: Int) { orders.withLock { $0.port = port } }

    /// Has all streams leave in one moment and come back in the next.
    func bounce() throws {
        let bounces = orders.withLock { orders in
            orders.bounces += 1
            return orders.bounces
        }
        try eventually("the end of all streams") { status.bounces == bounces }
    }

    /// Has all streams come and stay.
    func gather() { orders.withLock { $0.isGathering = true } }

    func expect(_ lastPositions: [LogPosition]) { orders.withLock { $0.expected = lastPositions } }

    /// Has it end, without asking what it received.
    func abandon() { orders.withLock { $0.isStopping = true } }

    func stop() throws -> [StreamRecord] {
        abandon()
        try eventually("the fleet's end") { status.records != nil }
        return status.records ?? []
    }

    private func run(_ streams: [FleetStream]) {
        var bounces = 0
        while true {
            let orders = orders.withLock { $0 }
            guard !orders.isStopping else { break }
            let now = ContinuousClock.now
            if bounces < orders.bounces { for stream in streams { stream.bounce(now) } }
            bounces = orders.bounces
            for stream in streams { stream.act(now, port: orders.port, isRestless: !orders.isGathering) }
            StreamFleet.serve(streams)
            publish(streams, bounces, orders.expected)
        }
        shared.withLock { $0.records = streams.map(\.record) }
    }

    /// Waits for bytes and gives each stream its own.
    private static func serve(_ streams: [FleetStream]) {
        var (requests, waiting): ([pollfd], [FleetStream]) = ([], [])
        for stream in streams {
            guard let interest = stream.interest else { continue }
            requests.append(interest)
            waiting.append(stream)
        }
        // Of what comes within a few milliseconds not each byte costs a turn.
        poll(nil, 0, 3)
        guard poll(&requests, nfds_t(requests.count), 10) > 0 else { return }
        let now = ContinuousClock.now
        for (index, request) in requests.enumerated() where request.revents != 0 { waiting[index].ready(now) }
    }

    private func publish(_ streams: [FleetStream], _ bounces: Int, _ expected: [LogPosition]?) {
        let live = streams.count { $0.isLive }
        let begun = streams.count { $0.record.firstCursor != nil }
        let received = streams.reduce(0) { $0 + $1.record.arrivals.count }
        let complete = expected.map { expected in streams.count { $0.hasReceived(expected) } } ?? 0
        shared.withLock { status in
            status.live = live
            status.begun = begun
            status.received = received
            status.bounces = bounces
            status.complete = complete
        }
    }
}
