import Feeds
import HTTP
import HTTPServer

extension Hub {
    /// Sends what was committed to every live stream of its feed: encoded once for all, and queued for the turn's
    /// flush, so that several notifications for a stream share one write.
    func deliver(_ commit: Commit) {
        for notification in commit.notifications {
            var plain: [UInt8]?
            var enveloped: [UInt8]?
            var paced = PacedForms()
            let isReadOnDelivery = notification.readAt == nil && isReadOnDelivery(notification.feed)
            send(
                to: notification.feed, at: notification.position, tracking: isReadOnDelivery ? notification.id : nil,
                if: { isWanted(notification, commit.bytes, by: $0) }
            ) { isEnveloped in
                if isEnveloped {
                    let chunk = enveloped ?? encode(notification, commit.bytes, enveloped: true)
                    enveloped = chunk
                    return chunk
                }
                let chunk = plain ?? encode(notification, commit.bytes, enveloped: false)
                plain = chunk
                return chunk
            } paced: { isEnveloped in
                paced.form(isEnveloped: isEnveloped) {
                    pacedEvent(notification, commit.bytes, isEnveloped: isEnveloped, isReadOnDelivery: isReadOnDelivery)
                }
            }
            if let isLast = notification.isLast { note(notification.feed, hasEnded: isLast) }
        }
        for change in commit.changes {
            var encoded: [UInt8]?
            send(to: change.feed, at: change.position, isChange: true) { _ in
                let chunk = encoded ?? encode(change)
                encoded = chunk
                return chunk
            } paced: { _ in
                pacedEvent(change)
            }
            if change.opensFeed { note(change.feed, hasEnded: false) }
        }
        for broadcast in commit.broadcasts {
            var event: [UInt8] = []
            StreamEvents.append(
                id: cursor(broadcast.position), event: broadcast.event.name, data: broadcast.event.data, to: &event)
            let chunk = ChunkEncoder.frame(event)
            send(to: .broadcasts, at: broadcast.position, isChange: true) { _ in
                chunk
            } paced: { _ in
                PacedEvent(position: broadcast.position, name: broadcast.event.name, data: broadcast.event.data)
            }
        }
        delivered = commit.last ?? delivered
        Faults.reach(.queued)
    }

    /// Queues an event for the live streams of a feed, and notes for the others that they missed it.
    ///
    /// - Parameters:
    ///   - feed: The feed.
    ///   - position: The event's position.
    ///   - notification: The id of a notification that counts as read once it has arrived.
    ///   - isWanted: Whether a stream with conditions of its own wants it.
    ///   - isChange: Whether it is a change of read state or a removal.
    ///   - chunk: The event's bytes.
    ///   - paced: The same for a stream that may have to wait.
    private func send(
        to feed: FeedName, at position: LogPosition, tracking notification: String? = nil,
        if isWanted: (_ stream: Int32) -> Bool = { _ in true }, isChange: Bool = false,
        _ chunk: (_ isEnveloped: Bool) -> [UInt8], paced: (_ isEnveloped: Bool) -> PacedEvent
    ) {
        subscriptions.forEachStream(of: feed) { descriptor in
            let slot = Int(descriptor)
            guard streams[slot].mode == .live else {
                streams[slot].hasMissed = true
                return
            }
            // The database may have told the stream of it already.
            guard streams[slot].cursor < position else { return }
            if streams[slot].isSelective && !isWanted(descriptor) {
                streams[slot].cursor = position
                return
            }
            if streams[slot].isPaced {
                return pace(paced(streams[slot].isEnveloped), of: feed, isChange: isChange, slot)
            }
            let chunk = chunk(streams[slot].isEnveloped)
            let id = ConnectionID(descriptor: descriptor, generation: streams[slot].generation)
            let pending = connections.pendingBytes(id)
            if pending > 0 && pending + chunk.count > settings.server.maxPendingBytes {
                fallBehind(slot, after: position - 1)
                return
            }
            streams[slot].cursor = position
            connections.send(chunk, to: id)
            if let notification {
                track([DeliveredNotification(feed: feed, id: notification)], on: id)
            }
            eventsSent += 1
        }
    }

    /// Has every stream look into the database for what it was not told of: what lies before `position` is handed over
    /// no more.
    func readAll(upTo position: LogPosition = 0) {
        for slot in streams.indices {
            switch streams[slot].mode {
            case .closed: break
            // It is looking already; a second question would bring the same answer twice.
            case .replaying: streams[slot].hasMissed = true
            case .live: fallBehind(slot, after: delivered)
            }
        }
        delivered = max(delivered, position)
    }

    /// From here on a stream costs a cursor, and goes on from the database when it has drained.
    ///
    /// It was told of everything up to `position`, also if its last news is so old that the log no longer has it.
    func fallBehind(_ slot: Int, after position: LogPosition) {
        streams[slot].cursor = max(streams[slot].cursor, position)
        streams[slot].mode = .replaying
        streams[slot].hasMissed = true
        connections.notifyWhenDrained(
            ConnectionID(descriptor: Int32(slot), generation: streams[slot].generation))
    }

    private func isWanted(_ notification: CommittedNotification, _ bytes: [UInt8], by stream: Int32) -> Bool {
        guard let selection = selections[stream] else { return true }
        return bytes.withUnsafeBufferPointer {
            selection.wants(notification, UnsafeBufferPointer(rebasing: $0[notification.body]))
        }
    }

    private func encode(_ change: CommittedChange) -> [UInt8] {
        var events: [UInt8] = []
        StreamEvents.append(
            cursor(change.position), change.change, of: change.feed, unread: change.unread, to: &events)
        return ChunkEncoder.frame(events)
    }

    private func encode(_ notification: CommittedNotification, _ bytes: [UInt8], enveloped: Bool) -> [UInt8] {
        let id = cursor(notification.position).bytes
        let event = notification.event.map { Array($0.utf8) }
        var chunk: [UInt8] = []
        bytes.withUnsafeBufferPointer { bytes in
            let body = UnsafeBufferPointer(rebasing: bytes[notification.body])
            if enveloped {
                let envelope = Envelope(
                    feed: notification.feed.text, id: notification.id, isReplay: false, readAt: notification.readAt,
                    unread: notification.unread)
                ServerSentEvent.appendChunk(id: id, event: event, data: envelope.wrapping(body).span, to: &chunk)
            } else {
                ServerSentEvent.appendChunk(id: id, event: event, data: body.span, to: &chunk)
            }
        }
        guard notification.isLast == true else { return chunk }
        // A feed's end goes with its last entry: no stream can have one without the other.
        var events = Array(chunk[ChunkEncoder.contentRange(ofFramed: chunk)])
        StreamEvents.appendEnd(cursor(notification.position), of: notification.feed, to: &events)
        return ChunkEncoder.frame(events)
    }
}
