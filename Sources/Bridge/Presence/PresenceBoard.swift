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

    private var telling = PresenceTelling()
    /// The loops that streams came from.
    private var hubs: [ObjectIdentifier: Hub] = [:]
    private var mirror: PresenceMirror
    private var tell: @Sendable ([PresenceMessage]) -> Void = { _ in }

    init(_ endpoint: RedisEndpoint, prefix: String, telemetry: Telemetry) {
        mirror = PresenceMirror(endpoint, prefix: prefix, telemetry: telemetry)
    }

    /// Says who sends to the streams of all loops.
    func tell(by tell: @escaping @Sendable ([PresenceMessage]) -> Void) { self.tell = tell }

    /// Notes what a turn of an event loop brought, in order; `hub` is the loop.
    func note(_ changes: [PresenceChange], of hub: Hub) {
        hubs[ObjectIdentifier(hub)] = hub
        var messages: [PresenceMessage] = []
        var changed: [(feed: FeedName, identity: String?)] = []
        for change in changes {
            let (isNews, told) = telling.note(change)
            if isNews { changed.append((change.feed, change.identity)) }
            let streams = telling.counts.rooms[change.feed]?.streams ?? 0
            for news in told {
                switch news {
                case .toNewcomers(let newcomers, let identities):
                    welcome(newcomers, identities.map { PresenceMessage(.joined, change.feed, $0, streams: streams) })
                case .toAll(let event, let identity):
                    messages.append(PresenceMessage(event, change.feed, identity, streams: streams))
                }
            }
        }
        if !messages.isEmpty { tell(messages) }
        mirror.note(changed, telling.counts, .now)
    }

    /// Tells newcomers who is there already.
    private func welcome(_ newcomers: [PresentStreamID], _ messages: [PresenceMessage]) {
        for (id, streams) in Dictionary(grouping: newcomers, by: \.hub) {
            guard let hub = hubs[id] else { continue }
            hub.post(on: hub.loop) { hub in
                for stream in streams { hub.tell(messages, only: stream.connection) }
            }
        }
    }

    /// Keeps what Redis shows from expiring; returns when that is due again.
    func turn(_ now: MonotonicTime) -> MonotonicTime { mirror.turn(telling.counts, now) }

    func close() {
        tell = { _ in }
        hubs = [:]
        mirror.close(telling.counts)
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
