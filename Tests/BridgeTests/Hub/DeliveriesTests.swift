import Feeds
import HTTPServer
import Reactor
import Testing

@testable import Bridge

/// What is under way to streams whose notifications are read once they have arrived.
struct DeliveriesTests {
    private let stream = ConnectionID(descriptor: 7, generation: 1)

    private func notifications(_ numbers: Range<Int>) throws -> [DeliveredNotification] {
        let feed = try FeedName(of: "user:42")
        return numbers.map { DeliveredNotification(feed: feed, id: "\($0)") }
    }

    @Test func `what is acknowledged has arrived, and of a stream that ends the rest stays unread`() throws {
        var deliveries = Deliveries()
        deliveries.add(try notifications(0..<2), on: stream, end: 10, .now)
        deliveries.add(try notifications(2..<3), on: stream, end: 20, .now)
        deliveries.note(stream, acknowledged: 19)
        #expect(deliveries.takeArrived(.now).map(\.id) == ["0", "1"])
        deliveries.forget(stream)
        deliveries.note(stream, acknowledged: .max)
        #expect(deliveries.takeArrived(.now).isEmpty && !deliveries.isUnderWay(stream))
    }

    @Test func `of a stream of which nothing is ever known the newest alone are remembered`() throws {
        var deliveries = Deliveries()
        let count = Deliveries.mostUnderWay
        deliveries.add(try notifications(0..<count), on: stream, end: 0, .now)
        deliveries.add(try notifications(count..<count + 1), on: stream, end: 0, .now)
        deliveries.note(stream, acknowledged: .max)
        let arrived = deliveries.takeArrived(.now)
        #expect(arrived.count == count / 2 && arrived.last?.id == "\(count)")
    }
}
