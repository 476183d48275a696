import Access
import Feeds
import HTTP
import HTTPServer

/// A request for a stream of which it is not known yet whether there is anything to come back for.
struct UndecidedStream {
    let request: StreamRequest
    let caller: Caller
    let address: IPAddress?
    let began: Ticks
}

/// Feeds that end, and their streams with them.
///
/// A feed that has ended may have begun again without anybody watching. So its list is looked at before a client is told
/// not to come back, and before a stream that has just begun ends.
extension Hub {
    /// Opens a stream, unless its client has had the last entries of all its feeds: it is told not to come back.
    func openUnlessOver(_ request: StreamRequest, for caller: Caller, at address: IPAddress?, _ id: ConnectionID) {
        // Broadcast events have no end.
        guard request.hasCursor, !request.asksForEvents, request.feeds.allSatisfy(\.canEnd), !isDraining else {
            return openStream(request, for: caller, at: address, id)
        }
        undecided[id] = UndecidedStream(request: request, caller: caller, address: address, began: Ticks(.now))
        let query = StreamQuery(feeds: request.feeds, start: request.start, isEnveloped: request.isEnveloped)
        Task { [reader] in
            guard (try? await reader.isOver(query)) ?? false else { return decide(id, isOver: false) }
            lookAtLists(request.feeds) { $0.decide(id, query, isVisited: $1) }
        }
    }

    /// Calls `body` once what came to feeds while nobody watched them is stored; with `false` where that does not come
    /// about soon.
    private func lookAtLists(_ feeds: [StreamFeed], _ body: @escaping @Sendable (isolated Hub, Bool) -> Void) {
        let names = feeds.map(\.name)
        let inserted = names.filter { settings.kind(of: $0)?.source == .flagAndDatabase }
        Task { [writer, poller] in
            if !inserted.isEmpty, await !writer.takeArrivals(of: inserted) { return body(self, false) }
            await poller.whenVisited(names) { [self] isDone in
                post(on: loop) { body($0, isDone) }
            }
        }
    }

    private func decide(_ id: ConnectionID, _ query: StreamQuery, isVisited: Bool) {
        guard isVisited else { return decide(id, isOver: false) }
        Task { [reader] in decide(id, isOver: (try? await reader.isOver(query)) ?? false) }
    }

    /// Opens a stream, or tells its client not to come back.
    func decide(_ id: ConnectionID, isOver: Bool) {
        guard let stream = undecided.removeValue(forKey: id) else { return }
        guard isOver else { return openStream(stream.request, for: stream.caller, at: stream.address, id) }
        connections.respond(id, HTTPResponse(status: .noContent, headers: ["Cache-Control": "no-store"]))
    }

    /// Whether a stream's first page is put off, since by it all its feeds have ended: it is asked for once more after
    /// their lists were looked at.
    func isPutOff(_ page: StreamPage, _ id: ConnectionID) -> Bool {
        let stream = streams[Int(id.descriptor)]
        guard page.haveAllEnded, let opening = stream.opening, opening.look == .due, !opening.isWelcomed else {
            return false
        }
        let feeds = subscriptions.feeds(list: stream.subscription)
        guard feeds.allSatisfy(\.canEnd) else { return false }
        opening.look = .underWay
        // What is found now, or comes meanwhile, is no older than the stream.
        if case .now = opening.start { opening.start = .after(page.after) }
        lookAtLists(feeds) { hub, _ in hub.askAfterLook(id) }
        return true
    }

    /// Asks for the first page of a stream once more, if it waits for a look at its lists.
    func askAfterLook(_ id: ConnectionID) {
        guard isOpen(id), let opening = streams[Int(id.descriptor)].opening, opening.look == .underWay,
            let start = opening.start
        else { return }
        opening.look = .done
        ask(id, start)
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
