import Feeds
import HTTPServer
import TestSupport
import Testing

@testable import Bridge

struct PresenceTellingTests {
    /// The streams of a feed, each of which applies what it is told to a set.
    private struct Room {
        let feed: FeedName
        var telling = PresenceTelling(limit: 3)
        var identities: [PresentStreamID: String?] = [:]
        /// What each stream takes for those who are there.
        var known: [PresentStreamID: Set<String?>] = [:]
        /// How much each was told.
        var toldCounts: [PresentStreamID: Int] = [:]
        private var lastDescriptor: Int32 = 0

        init() throws { feed = try FeedName(of: "chat:12") }

        var isQuiet: Bool { Set(identities.values).count > telling.limit }

        var oldestFirst: [PresentStreamID] {
            identities.keys.sorted { $0.connection.descriptor < $1.connection.descriptor }
        }

        /// Whether all streams know who is there.
        var isKnown: Bool { known.values.allSatisfy { $0 == Set(identities.values) } }

        @discardableResult
        mutating func join(_ identity: String?) -> PresentStreamID {
            lastDescriptor += 1
            let connection = ConnectionID(descriptor: lastDescriptor, generation: 1)
            let stream = PresentStreamID(hub: ObjectIdentifier(PresenceTellingTests.self), connection: connection)
            identities[stream] = identity
            known[stream] = []
            note(PresenceChange(feed: feed, identity: identity, stream: stream, joins: true))
            return stream
        }

        mutating func leave(_ stream: PresentStreamID) {
            guard let identity = identities.removeValue(forKey: stream) else { return }
            known[stream] = nil
            note(PresenceChange(feed: feed, identity: identity, stream: stream, joins: false))
        }

        private mutating func note(_ change: PresenceChange) {
            for news in telling.note(change).told {
                switch news {
                case .toNewcomers(let streams, let identities):
                    for stream in streams { for identity in identities { apply(.joined, identity, stream) } }
                case .toAll(let event, let identity):
                    for stream in known.keys { apply(event, identity, stream) }
                }
            }
        }

        private mutating func apply(
            _ event: PresenceMessage.Event, _ identity: String?, _ stream: PresentStreamID
        ) {
            toldCounts[stream, default: 0] += 1
            switch event {
            case .joined: known[stream]?.insert(identity)
            case .left: known[stream]?.remove(identity)
            }
        }
    }

    @Test func `whoever comes and goes, and whenever there were too many, all know who is there once there are not`()
        throws
    {
        for seed in 0..<50 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var room = try Room()
            for step in 0..<200 {
                if random.isTrue(oneIn: 2), let stream = room.oldestFirst.randomElement(using: &random) {
                    room.leave(stream)
                } else {
                    room.join(["a", "b", "c", "d", "e", nil].any(&random))
                }
                #expect(room.isQuiet || room.isKnown, "seed \(seed), step \(step)")
            }
        }
    }

    @Test func `who comes and goes while there are too many is told to nobody, then or later`() throws {
        var room = try Room()
        let first = room.join("a")
        for identity in ["b", "c"] { room.join(identity) }
        let before = room.toldCounts
        for _ in 0..<10 { room.leave(room.join("d")) }
        #expect(room.toldCounts == before)
        let last = room.join("d")
        room.leave(first)
        #expect(room.isKnown && room.toldCounts[last] == 4)
    }
}
