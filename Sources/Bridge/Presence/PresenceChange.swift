import Feeds
import HTTPServer

/// A stream that came to a feed of a kind with presence, or left it.
struct PresenceChange: Sendable {
    let feed: FeedName
    /// Whose stream it is; `nil` of those who are nobody in particular.
    let identity: String?
    let stream: PresentStreamID
    let joins: Bool
}

/// A stream among those of all event loops.
struct PresentStreamID: Hashable, Sendable {
    /// Which loop's hub has it.
    let hub: ObjectIdentifier
    let connection: ConnectionID
}

/// Who is at the feeds: how many streams each identity has at each.
struct PresenceCounts {
    /// The streams of one feed.
    struct Room {
        private(set) var identities: [String?: Int] = [:]
        /// How many streams there are.
        private(set) var streams = 0

        /// Notes a stream that came; whether it is its identity's first.
        fileprivate mutating func add(_ identity: String?) -> Bool {
            streams += 1
            identities[identity, default: 0] += 1
            return identities[identity] == 1
        }

        /// Notes a stream that left; whether it was its identity's last.
        fileprivate mutating func remove(_ identity: String?) -> Bool {
            guard let count = identities[identity] else { return false }
            streams -= 1
            identities[identity] = count > 1 ? count - 1 : nil
            return count == 1
        }
    }

    private(set) var rooms: [FeedName: Room] = [:]

    /// Notes a change; whether an identity has come or gone with it.
    mutating func note(_ change: PresenceChange) -> Bool {
        guard !change.joins else { return rooms[change.feed, default: Room()].add(change.identity) }
        let hasGone = rooms[change.feed]?.remove(change.identity) ?? false
        if rooms[change.feed]?.streams == 0 { rooms[change.feed] = nil }
        return hasGone
    }
}
