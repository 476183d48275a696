import Feeds
import HTTPServer
import Reactor

/// Notifications on their way to peers that count as read once one peer has acknowledged their bytes.
///
/// What the peer's kernel has acknowledged has arrived there; that anyone looked at it nobody can know.
struct Deliveries {
    private struct Delivery {
        let notification: DeliveredNotification
        /// How many bytes the peer has to acknowledge.
        let end: Int64
    }

    /// How many may be under way to a stream: where the kernel counts no bytes, it is known only now and then that all have
    /// arrived, and of a stream that is never idle not even that.
    static let mostUnderWay = 65_536

    private var underWay: [ConnectionID: [Delivery]] = [:]
    private var arrived: [DeliveredNotification] = []
    /// When acknowledgements are looked at again.
    private(set) var nextLook = MonotonicTime.distantFuture

    static let interval: Milliseconds = 50

    /// Whether something is on its way to a stream.
    func isUnderWay(_ stream: ConnectionID) -> Bool { underWay[stream] != nil }

    var streams: [ConnectionID] { Array(underWay.keys) }

    /// Notes what was queued for a stream; beyond `mostUnderWay` the older half is given up, and stays unread.
    mutating func add(
        _ notifications: [DeliveredNotification], on stream: ConnectionID, end: Int64, _ now: MonotonicTime
    ) {
        underWay[stream, default: []] += notifications.map { Delivery(notification: $0, end: end) }
        let excess = underWay[stream, default: []].count - Deliveries.mostUnderWay
        if excess > 0 { underWay[stream]?.removeFirst(excess + Deliveries.mostUnderWay / 2) }
        nextLook = min(nextLook, now + Deliveries.interval)
    }

    /// Notes how far a stream's peer has acknowledged it.
    mutating func note(_ stream: ConnectionID, acknowledged: Int64) {
        guard let deliveries = underWay[stream], let first = deliveries.first, first.end <= acknowledged else { return }
        let count = deliveries.prefix { $0.end <= acknowledged }.count
        arrived += deliveries[..<count].map(\.notification)
        underWay[stream] = count < deliveries.count ? Array(deliveries[count...]) : nil
        nextLook = min(nextLook, .now + Deliveries.interval)
    }

    /// Forgets what is still on its way to a stream that has ended: it stays unread.
    mutating func forget(_ stream: ConnectionID) { underWay[stream] = nil }

    /// What has arrived since this was last asked.
    mutating func takeArrived(_ now: MonotonicTime) -> [DeliveredNotification] {
        defer { arrived.removeAll() }
        nextLook = underWay.isEmpty ? .distantFuture : now + Deliveries.interval
        return arrived
    }
}

extension Hub {
    func isReadOnDelivery(_ feed: FeedName) -> Bool {
        !deliveryKinds.isEmpty && deliveryKinds.contains(String(feed.kind))
    }

    /// Remembers what was queued for a stream until its peer has acknowledged it.
    func track(_ notifications: [DeliveredNotification], on id: ConnectionID) {
        guard !notifications.isEmpty else { return }
        deliveries.add(notifications, on: id, end: connections.queuedEnd(id), .now)
    }

    /// Has the store mark what has arrived.
    func markDelivered(_ now: MonotonicTime) {
        for stream in deliveries.streams {
            deliveries.note(stream, acknowledged: connections.acknowledgedBytes(stream))
        }
        let arrived = deliveries.takeArrived(now)
        if !ending.isEmpty { endArrived() }
        guard !arrived.isEmpty else { return }
        writer.post(on: writer.executor) { $0.markDelivered(arrived) }
    }
}
