import Feeds
import HTTP
import HTTPServer
import JSON
import Reactor
import Redis

/// The thread that knows who is at the feeds of kinds with presence, over all event loops: it tells their streams who
/// comes and goes, and shows it to applications in Redis, on a connection of its own.
actor PresenceBoard {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A feed with more identities is too large for telling each of each: only Redis shows them.
    static let maximumTold = 500

    private var counts = PresenceCounts()
    private var mirror: PresenceMirror
    private var tell: @Sendable ([PresenceMessage]) -> Void = { _ in }

    init(_ endpoint: RedisEndpoint, prefix: String, telemetry: Telemetry) {
        mirror = PresenceMirror(endpoint, prefix: prefix, telemetry: telemetry)
    }

    /// Says who sends to the streams of all loops.
    func tell(by tell: @escaping @Sendable ([PresenceMessage]) -> Void) { self.tell = tell }

    /// Notes what a turn of an event loop brought, in order; `hub` is the loop.
    func note(_ changes: [PresenceChange], of hub: Hub) {
        var messages: [PresenceMessage] = []
        var changed: [(feed: FeedName, identity: String?)] = []
        for change in changes {
            let isNews = counts.note(change)
            let room = counts.rooms[change.feed]
            if isNews { changed.append((change.feed, change.identity)) }
            guard room?.identities.count ?? 0 <= Self.maximumTold else { continue }
            if let newcomer = change.newcomer, let room {
                welcome(newcomer, to: change.feed, room, except: isNews ? [change.identity] : [], hub)
            }
            guard isNews else { continue }
            messages.append(
                PresenceMessage(
                    change.newcomer == nil ? .left : .joined, change.feed, change.identity, streams: room?.streams ?? 0)
            )
        }
        if !messages.isEmpty { tell(messages) }
        mirror.note(changed, counts, .now)
    }

    /// Tells a newcomer who is there already.
    private func welcome(
        _ stream: ConnectionID, to feed: FeedName, _ room: PresenceCounts.Room, except told: [String?], _ hub: Hub
    ) {
        let messages = room.identities.keys.filter { !told.contains($0) }.map {
            PresenceMessage(.joined, feed, $0, streams: room.streams)
        }
        guard !messages.isEmpty else { return }
        hub.post(on: hub.loop) { $0.tell(messages, only: stream) }
    }

    /// Keeps what Redis shows from expiring; returns when that is due again.
    func turn(_ now: MonotonicTime) -> MonotonicTime { mirror.turn(counts, now) }

    func close() {
        tell = { _ in }
        mirror.close(counts)
    }
}

/// What the streams of a feed are told of who is there.
struct PresenceMessage: Sendable {
    enum Event: String {
        case joined = "presence.joined"
        case left = "presence.left"
    }

    let feed: FeedName
    /// The event, ready to be sent.
    let chunk: [UInt8]

    /// - Parameters:
    ///   - event: What has happened.
    ///   - feed: Where.
    ///   - identity: Who.
    ///   - streams: How many streams the feed has after it.
    init(_ event: Event, _ feed: FeedName, _ identity: String?, streams: Int) {
        self.feed = feed
        var data = JSONWriter()
        data.beginObject()
        data.name("feed")
        data.string(feed.text)
        data.name("identity")
        if let identity { data.string(identity) } else { data.null() }
        data.name("streams")
        data.int(streams)
        data.endObject()
        var block: [UInt8] = []
        StreamEvents.append(id: nil, event: event.rawValue, data: data.bytes, to: &block)
        chunk = ChunkEncoder.frame(block)
    }
}
