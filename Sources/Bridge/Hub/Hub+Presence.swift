import Feeds
import HTTPServer

/// A stream of feeds whose kinds tell of presence.
struct PresentStream {
    /// Whose it is; `nil` of one who is nobody in particular.
    let identity: String?
    /// Whether the others were told.
    var isTold = false
}

/// Who comes and goes, of the feeds whose kinds tell of it.
extension Hub {
    /// Remembers whose stream this is, if that is to be told.
    func notePresence(_ request: StreamRequest, of caller: Caller, stream: Int32) {
        guard !presenceKinds.isEmpty, request.feeds.contains(where: { tellsPresence($0.name) }) else { return }
        present[stream] = PresentStream(identity: caller.identity.map { "\($0)" })
    }

    /// Tells that a stream has come, once it was welcomed.
    func tellJoining(_ id: ConnectionID) {
        guard let stream = present[id.descriptor], !stream.isTold else { return }
        present[id.descriptor]?.isTold = true
        notePresence(stream.identity, id.descriptor, joins: true)
    }

    /// Tells that a stream has left; its subscriptions must still be there.
    func tellLeaving(stream descriptor: Int32) {
        guard let stream = present.removeValue(forKey: descriptor), stream.isTold else { return }
        notePresence(stream.identity, descriptor, joins: false)
    }

    private func notePresence(_ identity: String?, _ descriptor: Int32, joins: Bool) {
        let id = ConnectionID(descriptor: descriptor, generation: streams[Int(descriptor)].generation)
        let stream = PresentStreamID(hub: ObjectIdentifier(self), connection: id)
        for feed in subscriptions.feeds(list: streams[Int(descriptor)].subscription) where tellsPresence(feed.name) {
            presenceChanges.append(PresenceChange(feed: feed.name, identity: identity, stream: stream, joins: joins))
        }
    }

    private func tellsPresence(_ feed: FeedName) -> Bool { presenceKinds.contains(String(feed.kind)) }

    /// Tells the streams of feeds who is there, or only one of them.
    func tell(_ messages: [PresenceMessage], only stream: ConnectionID? = nil) {
        // All leave, and are told why.
        guard !isDraining else { return }
        for message in messages {
            guard let stream else {
                subscriptions.forEachStream(of: message.feed) { descriptor in
                    let generation = streams[Int(descriptor)].generation
                    send(message, to: ConnectionID(descriptor: descriptor, generation: generation))
                }
                continue
            }
            send(message, to: stream)
        }
    }

    /// Who does not keep up goes without.
    private func send(_ message: PresenceMessage, to stream: ConnectionID) {
        guard isOpen(stream), isWelcomed(Int(stream.descriptor)), hasRoom(for: message.chunk.count, on: stream) else {
            return
        }
        connections.send(message.chunk, to: stream)
        eventsSent += 1
    }

    /// Hands the turn's changes to the board.
    func handOverPresence() {
        guard !presenceChanges.isEmpty, let presence else { return }
        let changes = presenceChanges
        presenceChanges.removeAll()
        presence.post(on: presence.executor) { [self] in $0.note(changes, of: self) }
    }
}
