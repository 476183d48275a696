import Feeds
import HTTPServer
import Testing

@testable import Bridge

struct PresenceCountsTests {
    private let feed: FeedName
    private let other: FeedName

    init() throws { (feed, other) = (try FeedName(of: "chat:12"), try FeedName(of: "chat:13")) }

    private func change(_ feed: FeedName, _ identity: String?, joins: Bool) -> PresenceChange {
        let connection = ConnectionID(descriptor: 1, generation: 1)
        let stream = PresentStreamID(hub: ObjectIdentifier(Self.self), connection: connection)
        return PresenceChange(feed: feed, identity: identity, stream: stream, joins: joins)
    }

    @Test func `an identity comes with its first stream of a feed and goes with its last`() {
        var counts = PresenceCounts()
        let news = [true, true, false, false].map { counts.note(change(feed, "7", joins: $0)) }
        #expect(news == [true, false, false, true])
        #expect(counts.rooms.isEmpty)
    }

    @Test func `identities and feeds are counted apart, and those without identity as one`() {
        var counts = PresenceCounts()
        for (feed, identity) in [(feed, "7"), (feed, nil), (other, "7"), (feed, nil)] as [(FeedName, String?)] {
            _ = counts.note(change(feed, identity, joins: true))
        }
        #expect(counts.rooms[feed]?.streams == 3 && counts.rooms[feed]?.identities == ["7": 1, nil: 2])
        #expect(counts.rooms[other]?.streams == 1)
        #expect(counts.note(change(feed, nil, joins: false)) == false)
        #expect(counts.note(change(feed, nil, joins: false)) == true)
        #expect(counts.note(change(other, "7", joins: false)) == true)
        #expect(Set(counts.rooms.keys) == [feed])
    }

    @Test func `what was never there cannot leave`() {
        var counts = PresenceCounts()
        #expect(counts.note(change(feed, "7", joins: false)) == false)
        _ = counts.note(change(feed, "7", joins: true))
        #expect(counts.note(change(feed, "8", joins: false)) == false)
        #expect(counts.rooms[feed]?.streams == 1)
    }
}
