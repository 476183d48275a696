import Feeds
import HTTP
import HTTPServer

/// What is stored nowhere: it has no position and no `id:` line, and cannot be asked for again.
extension Hub {
    /// Sends entries to the streams that their feeds have at this moment.
    func deliver(_ batch: EphemeralBatch) {
        for entry in batch.entries {
            batch.bytes.withUnsafeBufferPointer { bytes in
                let body = UnsafeBufferPointer(rebasing: bytes[entry.body])
                deliverEphemeral(to: entry.feed, event: entry.event, id: entry.id, body: body)
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
    func deliverEphemeral(to feed: FeedName, event: String?, id: String? = nil, body: UnsafeBufferPointer<UInt8>) {
        let name = event.map { Array($0.utf8) }
        var plain: [UInt8]?
        var enveloped: [UInt8]?
        func encode(isEnveloped: Bool) -> [UInt8] {
            if let known = isEnveloped ? enveloped : plain { return known }
            var chunk: [UInt8] = []
            if isEnveloped {
                let envelope = Envelope(feed: feed.text, id: id, isReplay: false, readAt: nil, unread: nil)
                ServerSentEvent.appendChunk(id: nil, event: name, data: envelope.wrapping(body).span, to: &chunk)
                enveloped = chunk
            } else {
                ServerSentEvent.appendChunk(id: nil, event: name, data: body.span, to: &chunk)
                plain = chunk
            }
            return chunk
        }
        subscriptions.forEachStream(of: feed) { descriptor in
            let slot = Int(descriptor)
            guard isWelcomed(slot) else { return }
            let chunk = encode(isEnveloped: streams[slot].isEnveloped)
            let stream = ConnectionID(descriptor: descriptor, generation: streams[slot].generation)
            guard hasRoom(for: chunk.count, on: stream) else { return }
            connections.send(chunk, to: stream)
            eventsSent += 1
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
