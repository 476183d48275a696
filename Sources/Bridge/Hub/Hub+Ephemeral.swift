import Feeds
import HTTP
import HTTPServer

/// What is stored nowhere: it has no position and no `id:` line, and cannot be asked for again.
extension Hub {
    /// Sends entries to the streams that their feeds have at this moment, as far as their rules let them through.
    func deliver(_ batch: EphemeralBatch) {
        for entry in batch.entries {
            batch.bytes.withUnsafeBufferPointer { bytes in
                let body = UnsafeBufferPointer(rebasing: bytes[entry.body])
                deliverEphemeral(to: entry.feed, event: entry.event, id: entry.id, body: body, followsRules: true)
            }
        }
    }

    /// Sends an event without `id:` to every stream of a feed that was welcomed, whether it is live or still reads what
    /// is stored.
    ///
    /// One that does not keep up goes without: nothing waits for it beyond `max_pending_bytes`.
    ///
    /// - Parameters:
    ///   - feed: The feed; its kind need not be ephemeral.
    ///   - event: The event's name, if it has one.
    ///   - id: What an envelope gives as the notification's id.
    ///   - body: One JSON object.
    ///   - followsRules: Whether limits, batches and conditions are for it.
    func deliverEphemeral(
        to feed: FeedName, event: String?, id: String? = nil, body: UnsafeBufferPointer<UInt8>,
        followsRules: Bool = false
    ) {
        var forms = PacedForms()
        func form(isEnveloped: Bool) -> PacedEvent {
            forms.form(isEnveloped: isEnveloped) {
                let envelope = Envelope(feed: feed.text, id: id, isReplay: false, readAt: nil, unread: nil)
                let data = isEnveloped ? envelope.wrapping(body) : Array(body)
                return PacedEvent(position: nil, name: event, data: data)
            }
        }
        // No position has a number below zero.
        ephemeralCount += 1
        let number = -ephemeralCount
        var chunks: [Bool: [UInt8]] = [:]
        func encode(isEnveloped: Bool) -> [UInt8] {
            if let known = chunks[isEnveloped] { return known }
            var chunk: [UInt8] = []
            let data = form(isEnveloped: isEnveloped).data
            ServerSentEvent.appendChunk(id: nil, event: event.map { Array($0.utf8) }, data: data.span, to: &chunk)
            chunks[isEnveloped] = chunk
            return chunk
        }
        subscriptions.forEachStream(of: feed) { descriptor in
            let slot = Int(descriptor)
            guard isWelcomed(slot) else { return }
            if followsRules, streams[slot].isSelective, selections[descriptor]?.wants(number, body) == false { return }
            if followsRules && streams[slot].isPaced {
                return pace(form(isEnveloped: streams[slot].isEnveloped), of: feed, slot)
            }
            let chunk = encode(isEnveloped: streams[slot].isEnveloped)
            let stream = ConnectionID(descriptor: descriptor, generation: streams[slot].generation)
            guard hasRoom(for: chunk.count, on: stream) else { return }
            connections.send(chunk, to: stream)
            eventsSent += 1
        }
    }

    func isEphemeral(_ feed: FeedName) -> Bool {
        !ephemeralKinds.isEmpty && ephemeralKinds.contains(String(feed.kind))
    }

    /// Has the poller say when it knows where the lists of newcomers' ephemeral feeds end; then they begin.
    func askWhenPositioned() {
        guard !awaitingPositions.isEmpty else { return }
        let ids = awaitingPositions.filter(isOpen)
        awaitingPositions.removeAll()
        var feeds: Set<FeedName> = []
        for id in ids {
            for feed in subscriptions.feeds(list: streams[Int(id.descriptor)].subscription) where isEphemeral(feed.name)
            {
                feeds.insert(feed.name)
            }
        }
        let names = Array(feeds)
        poller.post(on: poller.executor) { [self] poller in
            poller.whenPositioned(names) { [self] in post(on: loop) { $0.begin(ids) } }
        }
    }

    private func begin(_ ids: [ConnectionID]) {
        for id in ids where isOpen(id) {
            if let start = streams[Int(id.descriptor)].opening?.start { ask(id, start) }
        }
    }

    /// Whether a stream may be sent something that does not wait for it.
    func isWelcomed(_ slot: Int) -> Bool {
        streams[slot].mode != .closed && streams[slot].opening?.isWelcomed ?? true
    }

    /// Whether that many bytes more may wait for a stream.
    func hasRoom(for count: Int, on stream: ConnectionID) -> Bool {
        let pending = connections.pendingBytes(stream)
        return pending == 0 || pending + count <= settings.server.maxPendingBytes
    }
}
