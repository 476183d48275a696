import Access
import Feeds
import HTTP
import HTTPServer

/// A request for a stream of which it is not known yet whether its feeds have ended.
struct UndecidedStream {
    let request: StreamRequest
    let caller: Caller
    let address: IPAddress?
    let began: Ticks
}

/// Feeds that end, and their streams with them.
extension Hub {
    /// Opens a stream, unless its client has had the last entries of all its feeds: it is told not to come back.
    ///
    /// Feeds that have ended may have begun again without anybody watching: their lists are looked at before.
    func openUnlessOver(_ request: StreamRequest, for caller: Caller, at address: IPAddress?, _ id: ConnectionID) {
        // Broadcast events have no end.
        guard !request.asksForEvents, request.feeds.allSatisfy(\.canEnd), !isDraining else {
            return openStream(request, for: caller, at: address, id)
        }
        undecided[id] = UndecidedStream(request: request, caller: caller, address: address, began: Ticks(.now))
        let feeds = request.feeds.map(\.name)
        let inserted = feeds.filter { settings.kind(of: $0)?.source == .flagAndDatabase }
        Task { [reader, writer, poller] in
            guard (try? await reader.haveEnded(request.feeds)) ?? false else { return decide(id, isOver: false) }
            // What came while nobody watched opens its feed again, once it is stored.
            if !inserted.isEmpty, await !writer.takeArrivals(of: inserted) { return decide(id, isOver: false) }
            await poller.whenVisited(feeds) { [self] isDone in
                post(on: loop) { $0.decide(id, isVisited: isDone) }
            }
        }
    }

    private func decide(_ id: ConnectionID, isVisited: Bool) {
        guard isVisited, let request = undecided[id]?.request, request.hasCursor else {
            return decide(id, isOver: false)
        }
        let query = StreamQuery(feeds: request.feeds, start: request.start, isEnveloped: request.isEnveloped)
        Task { [reader] in decide(id, isOver: (try? await reader.isOver(query)) ?? false) }
    }

    private func decide(_ id: ConnectionID, isOver: Bool) {
        guard let stream = undecided.removeValue(forKey: id) else { return }
        guard isOver else { return openStream(stream.request, for: stream.caller, at: stream.address, id) }
        connections.respond(id, HTTPResponse(status: .noContent, headers: ["Cache-Control": "no-store"]))
    }

    /// Opens the streams that the store or Redis has kept waiting for a second: if they are over, they end by themselves.
    func decideLate() {
        let now = Ticks(.now)
        for (id, stream) in undecided where now.since(stream.began) >= 1000 { decide(id, isOver: false) }
    }

    /// Notes whether a feed has ended with what was just delivered, and ends the streams that nothing can come for.
    func note(_ feed: FeedName, hasEnded: Bool) {
        subscriptions.note(feed, hasEnded: hasEnded)
        guard hasEnded else { return }
        subscriptions.forEachStream(of: feed) { descriptor in
            let stream = streams[Int(descriptor)]
            guard stream.mode == .live, subscriptions.haveAllEnded(list: stream.subscription) else { return }
            end(ConnectionID(descriptor: descriptor, generation: stream.generation))
        }
    }

    /// Ends a stream that nothing can come for, once it is known to have what counts as read when it has arrived.
    func end(_ id: ConnectionID) {
        guard deliveries.isUnderWay(id) else { return connections.endStream(id) }
        ending.insert(id)
    }

    /// Ends the streams that have got what they waited for, unless a feed of theirs has begun again.
    func endArrived() {
        for id in ending where !deliveries.isUnderWay(id) {
            ending.remove(id)
            guard isOpen(id), subscriptions.haveAllEnded(list: streams[Int(id.descriptor)].subscription) else {
                continue
            }
            connections.endStream(id)
        }
    }

    /// Notes which of its feeds have ended when a stream becomes live, and where; whether nothing can come for it.
    ///
    /// The database may have told it of a last entry that is yet to be handed over to the feed's other streams.
    func noteEnds(_ ended: [FeedName: LogPosition], _ slot: Int) -> Bool {
        guard feedsCanEnd else { return false }
        let feeds = subscriptions.feeds(list: streams[slot].subscription)
        for feed in feeds where feed.canEnd {
            let end = ended[feed.name]
            if end ?? 0 <= delivered { subscriptions.note(feed.name, hasEnded: end != nil) }
        }
        return !feeds.isEmpty && feeds.allSatisfy { ended[$0.name] != nil }
    }
}
