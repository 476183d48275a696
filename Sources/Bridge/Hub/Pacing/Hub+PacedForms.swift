import Feeds

/// A notification in the two forms that streams may want, each made when the first stream asks for it.
struct PacedForms {
    private var plain: PacedEvent?
    private var enveloped: PacedEvent?

    mutating func form(isEnveloped: Bool, make: () -> PacedEvent) -> PacedEvent {
        if let known = isEnveloped ? enveloped : plain { return known }
        let made = make()
        if isEnveloped { enveloped = made } else { plain = made }
        return made
    }
}

extension Hub {
    /// A notification for streams that may have to wait for it.
    func pacedEvent(
        _ notification: CommittedNotification, _ bytes: [UInt8], isEnveloped: Bool, isReadOnDelivery: Bool
    ) -> PacedEvent {
        let data = bytes.withUnsafeBufferPointer { bytes in
            let body = UnsafeBufferPointer(rebasing: bytes[notification.body])
            guard isEnveloped else { return Array(body) }
            return Envelope(
                feed: notification.feed.text, id: notification.id, isReplay: false, readAt: notification.readAt,
                unread: notification.unread
            ).wrapping(body)
        }
        let isLast = notification.isLast == true
        return PacedEvent(
            position: notification.position, name: notification.event, data: data,
            readOnDelivery: isReadOnDelivery ? notification.id : nil, isTerminal: isLast, endsFeed: isLast)
    }

    /// A change of read state, or a removal, for streams of which some event has to wait.
    func pacedEvent(_ change: CommittedChange) -> PacedEvent {
        PacedEvent(
            position: change.position, name: change.change.kind.eventName,
            data: StreamEvents.data(of: change.change, change.feed, unread: change.unread))
    }
}
