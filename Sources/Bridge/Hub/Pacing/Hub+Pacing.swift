import Feeds
import HTTP
import HTTPServer
import Reactor

/// Streams that hold something back: by `max_per_second`, `min_interval_ms` or `batch`.
///
/// What is held back is in memory once for all streams; a stream has references, and a cursor that stays before it.
extension Hub {
    /// What a stream may have to hold back; `nil` where nothing ever is.
    func pacing(of request: StreamRequest) -> StreamPacing? {
        guard hasPacedKinds || request.minimumInterval != nil else { return nil }
        var feeds: [FeedName: FeedPacing] = [:]
        for feed in request.feeds {
            guard let kind = settings.kind(of: feed.name) else { continue }
            feeds[feed.name] = FeedPacing(kind, minimumInterval: request.minimumInterval)
        }
        return StreamPacing(feeds)
    }

    /// The position up to which a stream was sent everything: it stays before what is held back.
    func sentCursor(_ slot: Int) -> LogPosition {
        let offered = streams[slot].cursor
        return streams[slot].isPaced ? pacings[Int32(slot)]?.cursor(offered) ?? offered : offered
    }

    // MARK: - Live

    /// Offers a stream what its feed has now, and sends what need not wait.
    ///
    /// A change of read state, or a removal, is sent at once, behind what is held back of its feed.
    func pace(_ event: PacedEvent, of feed: FeedName, isChange: Bool = false, _ slot: Int) {
        let stream = ConnectionID(descriptor: Int32(slot), generation: streams[slot].generation)
        guard hasRoom(for: event.data.count + releaseSize(slot), on: stream) else {
            if let position = event.position { fallBehind(slot, after: position - 1) }
            return
        }
        let now = MonotonicTime.now
        if isChange, let before = pacings[stream.descriptor]?.takeAll(of: feed, now) { send(before, to: stream) }
        let release =
            isChange
            ? PacedRelease(feed: feed, events: [event], isBatch: false)
            : pacings[stream.descriptor]?.offer(event, of: feed, now)
        if let position = event.position { streams[slot].cursor = position }
        if let release { send(release, to: stream) }
        notificationsRuledOut += pacings[stream.descriptor]?.takeRuledOut() ?? 0
        schedule(stream)
    }

    /// Sends what streams have held back long enough.
    func releaseDue(_ now: MonotonicTime) {
        while let stream = deadlines.takeDue(now) {
            let slot = Int(stream.descriptor)
            guard isOpen(stream), streams[slot].isPaced else { continue }
            pacings[stream.descriptor]?.scheduled = .distantFuture
            // A stream that reads from the database gets it with its next page.
            guard streams[slot].mode == .live else { continue }
            guard hasRoom(for: releaseSize(slot), on: stream) else {
                fallBehind(slot, after: streams[slot].cursor)
                continue
            }
            while let release = pacings[stream.descriptor]?.takeDue(now) { send(release, to: stream) }
            schedule(stream)
        }
    }

    /// Has a stream looked at when something that it holds back is to be sent.
    func schedule(_ stream: ConnectionID) {
        guard let pacing = pacings[stream.descriptor] else { return }
        let deadline = pacing.deadline
        guard deadline < pacing.scheduled else { return }
        pacings[stream.descriptor]?.scheduled = deadline
        deadlines.add(deadline, stream)
    }

    /// About how many bytes a stream holds back, and what surrounds them.
    private func releaseSize(_ slot: Int) -> Int { (pacings[Int32(slot)]?.heldBytes ?? 0) + 256 }

    private func send(_ release: PacedRelease, to stream: ConnectionID) {
        connections.send(encode(release, sentCursor(Int(stream.descriptor))), to: stream)
        track(release.delivered, on: stream)
        eventsSent += 1
    }

    /// Encodes a release, once for all streams of this turn that get the same.
    private func encode(_ release: PacedRelease, _ position: LogPosition) -> [UInt8] {
        let serials = release.events.compactMap(\.serial)
        let key = ReleaseKey(serials: serials, position: position)
        if let known = encodedReleases[key] { return known }
        var block: [UInt8] = []
        append(release, position, to: &block)
        let chunk = ChunkEncoder.frame(block)
        if serials.count == release.events.count { encodedReleases[key] = chunk }
        return chunk
    }

    private func append(_ release: PacedRelease, _ position: LogPosition, to events: inout [UInt8]) {
        // What is stored nowhere moves no cursor.
        let isStored = release.events.contains { $0.position != nil }
        StreamEvents.append(release, id: isStored ? cursor(position) : nil, to: &events)
    }

    // MARK: - From the database

    /// Appends what a stream gets of a page; returns the notifications that count as read once they have arrived.
    ///
    /// No batch waits for more, as the next page may be long in coming; but of what only the newest is sent nothing is
    /// before the last page.
    func appendPaced(_ page: StreamPage, _ slot: Int, to events: inout [UInt8]) -> [DeliveredNotification] {
        let descriptor = Int32(slot)
        let now = MonotonicTime.now
        var delivered: [DeliveredNotification] = []
        func append(_ release: PacedRelease?) {
            guard let release else { return }
            self.append(release, sentCursor(slot), to: &events)
            delivered += release.delivered
            eventsSent += 1
        }
        // A snapshot has what was held back.
        if page.before == nil { pacings[descriptor]?.discard() }
        for paged in pacings[descriptor]?.thinned(page.paced) ?? [] {
            if paged.isChange {
                append(pacings[descriptor]?.takeAll(of: paged.feed, now))
                streams[slot].cursor = paged.event.position ?? streams[slot].cursor
                append(PacedRelease(feed: paged.feed, events: [paged.event], isBatch: false))
            } else if page.rest != nil, pacings[descriptor]?.hold(paged.event, of: paged.feed) ?? false {
                streams[slot].cursor = paged.event.position ?? streams[slot].cursor
            } else {
                let release = pacings[descriptor]?.offer(paged.event, of: paged.feed, isReplayed: true, now)
                streams[slot].cursor = paged.event.position ?? streams[slot].cursor
                append(release)
            }
        }
        streams[slot].cursor = page.after
        if page.rest == nil { while let release = pacings[descriptor]?.takeDue(now) { append(release) } }
        while let release = pacings[descriptor]?.takeBatch() { append(release) }
        notificationsRuledOut += pacings[descriptor]?.takeRuledOut() ?? 0
        return delivered
    }

    /// Forgets what the turn encoded, and counts what it ruled out.
    func finishPacing() {
        if !encodedReleases.isEmpty { encodedReleases.removeAll() }
        guard notificationsRuledOut > 0 else { return }
        telemetry.notificationsRuledOut.add(notificationsRuledOut)
        notificationsRuledOut = 0
    }
}

/// What makes releases of a turn the same bytes.
struct ReleaseKey: Hashable {
    let serials: [UInt64]
    let position: LogPosition
}

extension PacedRelease {
    /// Those that count as read once they have arrived.
    fileprivate var delivered: [DeliveredNotification] {
        events.compactMap { event in event.readOnDelivery.map { DeliveredNotification(feed: feed, id: $0) } }
    }
}
