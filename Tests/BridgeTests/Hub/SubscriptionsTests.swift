import TestSupport
import Feeds
import Testing

@testable import Bridge

struct SubscriptionsTests {
    private let names = (0..<12).compactMap { FeedName("user:\($0)") }

    @Test(arguments: UInt64(1)...10)
    func `subscriptions are those that a dictionary would hold`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var subscriptions = Subscriptions()
        /// By stream: its feeds in order, and the head of its list.
        var model: [Int32: (feeds: [FeedName], list: Int32)] = [:]
        for _ in 0..<1000 {
            let stream = Int32.random(in: 0..<30, using: &random)
            if let known = model[stream] {
                model[stream] = nil
                let left = Set(model.values.flatMap(\.feeds))
                let forsaken = subscriptions.removeAll(list: known.list)
                #expect(Set(forsaken) == Set(known.feeds).subtracting(left))
                #expect(forsaken.count == Set(forsaken).count)
            } else {
                let feeds = Array(names.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)))
                var list = Subscriptions.none
                for feed in feeds {
                    let isFirst = !model.values.contains { $0.feeds.contains(feed) }
                    #expect(
                        subscriptions.add(StreamFeed(name: feed, isInbox: true), stream: stream, list: &list) == isFirst
                    )
                }
                model[stream] = (feeds, list)
            }
            check(subscriptions, model)
        }
    }

    private func check(_ subscriptions: Subscriptions, _ model: [Int32: (feeds: [FeedName], list: Int32)]) {
        for (_, expected) in model {
            #expect(subscriptions.feeds(list: expected.list).map(\.name) == expected.feeds)
        }
        for name in names {
            let expected = model.filter { $0.value.feeds.contains(name) }.keys.sorted()
            var streams: [Int32] = []
            subscriptions.forEachStream(of: name) { streams.append($0) }
            #expect(streams.sorted() == expected && subscriptions.streams(of: name) == expected.count)
        }
    }

    @Test func `a stream without feeds has none, and leaves none behind`() {
        var subscriptions = Subscriptions()
        #expect(subscriptions.feeds(list: Subscriptions.none).isEmpty)
        #expect(subscriptions.removeAll(list: Subscriptions.none).isEmpty)
    }
}
