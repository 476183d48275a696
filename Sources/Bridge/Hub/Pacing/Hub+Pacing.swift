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
        return StreamPacing(
            request.feeds.compactMap { feed in
                settings.kind(of: feed.name)
                    .flatMap { FeedPacing($0, minimumInterval: request.minimumInterval) }
                    .map { (feed.name, $0) }
            })
    }

    /// Notes what a new stream may have to hold back.
    func setPacing(_ pacing: StreamPacing?, _ slot: Int) {
        guard pacing != nil || slot < pacings.count else { return }
        while pacings.count <= slot { pacings.append(nil) }
        pacings[slot] = pacing
    }

    /// The position up to which a stream was sent everything: it stays before what is held back.
    func sentCursor(_ slot: Int) -> LogPosition {
        let offered = streams[slot].cursor
        return streams[slot].isPaced ? pacings[slot]?.cursor(offered) ?? offered : offered
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
        if isChange, let before = pacings[slot]?.takeAll(of: feed, now) { send(before, to: stream) }
        let release =
            isChange
            ? PacedRelease(feed: feed, events: [event], isBatch: false)
            : pacings[slot]?.offer(event, of: feed, now)
        if let position = event.position { streams[slot].cursor = position }
        if let release { send(release, to: stream) }
        countRuledOut(slot)
        schedule(stream)
    }

    /// Sends what streams have held back long enough.
    func releaseDue(_ now: MonotonicTime) {
        while let stream = deadlines.takeDue(now) {
            let slot = Int(stream.descriptor)
            guard isOpen(stream), streams[slot].isPaced else { continue }
            pacings[slot]?.deadlineCame()
            // A stream that reads from the database gets it with its next page.
            guard streams[slot].mode == .live else { continue }
            guard hasRoom(for: releaseSize(slot), on: stream) else {
                fallBehind(slot, after: streams[slot].cursor)
                continue
            }
            while let release = pacings[slot]?.takeDue(now) { send(release, to: stream) }
            schedule(stream)
        }
    }

    /// Has a stream looked at when something that it holds back is to be sent.
    func schedule(_ stream: ConnectionID) {
        if let deadline = pacings[Int(stream.descriptor)]?.takeDeadline() { deadlines.add(deadline, stream) }
    }

    /// About how many bytes a stream holds back, and what surrounds them.
    private func releaseSize(_ slot: Int) -> Int { (pacings[slot]?.heldBytes ?? 0) + 256 }

    private func countRuledOut(_ slot: Int) {
        guard let count = pacings[slot]?.ruledOut, count > 0 else { return }
        notificationsRuledOut += pacings[slot]?.takeRuledOut() ?? 0
    }

    private func send(_ release: PacedRelease, to stream: ConnectionID) {
        connections.send(encode(release, sentCursor(Int(stream.descriptor))), to: stream)
        track(release.delivered, on: stream)
        eventsSent += 1
    }

    /// Encodes a release, once for all streams of this turn that get the same.
    private func encode(_ release: PacedRelease, _ position: LogPosition) -> [UInt8] {
        if let last = lastRelease, last.isOf(release, position) { return last.chunk }
        let key = ReleaseKey(events: release.events.map(ObjectIdentifier.init), position: position)
        let known = encodedReleases[key] ?? encodeAnew(release, position)
        encodedReleases[key] = known
        lastRelease = known
        return known.chunk
    }

    private func encodeAnew(_ release: PacedRelease, _ position: LogPosition) -> EncodedRelease {
        var block: [UInt8] = []
        append(release, position, to: &block)
        return EncodedRelease(events: release.events, position: position, chunk: ChunkEncoder.frame(block))
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
        let now = MonotonicTime.now
        var delivered: [DeliveredNotification] = []
        func append(_ release: PacedRelease?) {
            guard let release else { return }
            self.append(release, sentCursor(slot), to: &events)
            delivered += release.delivered
            eventsSent += 1
        }
        // A snapshot has what was held back.
        if page.before == nil { pacings[slot]?.discard() }
        for paged in pacings[slot]?.thinned(page.paced) ?? [] {
            if paged.isChange {
                append(pacings[slot]?.takeAll(of: paged.feed, now))
                streams[slot].cursor = paged.event.position ?? streams[slot].cursor
                append(PacedRelease(feed: paged.feed, events: [paged.event], isBatch: false))
            } else if page.rest != nil, pacings[slot]?.hold(paged.event, of: paged.feed) ?? false {
                streams[slot].cursor = paged.event.position ?? streams[slot].cursor
            } else {
                let release = pacings[slot]?.offer(paged.event, of: paged.feed, isReplayed: true, now)
                streams[slot].cursor = paged.event.position ?? streams[slot].cursor
                append(release)
            }
        }
        streams[slot].cursor = page.after
        if page.rest == nil { while let release = pacings[slot]?.takeDue(now) { append(release) } }
        while let release = pacings[slot]?.takeBatch() { append(release) }
        countRuledOut(slot)
        return delivered
    }

    /// Forgets what the turn encoded, and counts what it ruled out.
    func finishPacing() {
        if !encodedReleases.isEmpty { encodedReleases.removeAll() }
        lastRelease = nil
        guard notificationsRuledOut > 0 else { return }
        telemetry.notificationsRuledOut.add(notificationsRuledOut)
        notificationsRuledOut = 0
    }
}

/// What makes releases of a turn the same bytes.
struct ReleaseKey: Hashable {
    let events: [ObjectIdentifier]
    let position: LogPosition
}

/// A release as it is sent; it keeps its events, so that none that is made later can be taken for one of them.
struct EncodedRelease {
    let events: [PacedEvent]
    let position: LogPosition
    let chunk: [UInt8]

    func isOf(_ release: PacedRelease, _ position: LogPosition) -> Bool {
        position == self.position && release.events.elementsEqual(events, by: ===)
    }
}

extension PacedRelease {
    /// Those that count as read once they have arrived.
    fileprivate var delivered: [DeliveredNotification] {
        events.compactMap { event in event.readOnDelivery.map { DeliveredNotification(feed: feed, id: $0) } }
    }
}
