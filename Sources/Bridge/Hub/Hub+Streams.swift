import Access
import Feeds
import HTTP
import HTTPServer
import Reactor

extension Hub {
    static let streamHeaders: HTTPHeaders = [
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "private, no-cache, no-store, no-transform",
        "X-Accel-Buffering": "no",
    ]

    /// Opens an event stream, or tells its client to come back later.
    func openStream(_ request: StreamRequest, for caller: Caller, at address: IPAddress?, _ id: ConnectionID) {
        if let refusal = refusal(of: request, for: caller, at: address) { return refuse(id, refusal) }
        var first: [UInt8] = []
        ServerSentEvent.appendRetry(drawnRetry(), to: &first)
        let isThere = connections.beginStream(id, Hub.streamHeaders, waitingWith: ChunkEncoder.frame(first))
        guard isThere else { return }
        register(request, id)
        admissions.add(caller, stream: id.descriptor)
        notePresence(request, of: caller, stream: id.descriptor)
        streamsByAddress.add(address, stream: id.descriptor)
        streamsByIdentity.add(caller.account, stream: id.descriptor)
        if request.feeds.contains(where: { isEphemeral($0.name) }) {
            awaitingPositions.append(id)
        } else {
            ask(id, request.start)
        }
    }

    /// Why a stream cannot be taken now; `nil` where it can.
    private func refusal(of request: StreamRequest, for caller: Caller, at address: IPAddress?) -> StreamRefusal? {
        if isDraining { return .draining }
        if maximumStreams > 0 && connections.streamCount >= maximumStreams { return .full }
        let perFeed = settings.server.maxStreamsPerFeed
        if perFeed > 0 && request.feeds.contains(where: { subscriptions.streams(of: $0.name) >= perFeed }) {
            return .feedFull
        }
        if streamsByAddress.isFull(address) { return .addressFull }
        return streamsByIdentity.isFull(caller.account) ? .identityFull : nil
    }

    private func register(_ request: StreamRequest, _ id: ConnectionID) {
        let slot = Int(id.descriptor)
        while streams.count <= slot { streams.append(StreamState()) }
        let now = Ticks(.now)
        var stream = StreamState()
        stream.mode = .replaying
        stream.generation = id.generation
        stream.isEnveloped = request.isEnveloped
        stream.isSelective = !request.conditions.isEmpty
        selections.add(request.conditions, stream: id.descriptor)
        let pacing = pacing(of: request)
        stream.isPaced = pacing != nil
        setPacing(pacing, slot)
        stream.opening = StreamOpening(
            clientID: random.next(), began: now, start: request.start, presented: request.presented,
            asksForEvents: request.asksForEvents)
        let lifetime = settings.server.maxStreamMilliseconds
        if lifetime > 0 {
            stream.end = Ticks(now.rawValue &+ UInt32(lifetime - Int.random(in: 0...(lifetime / 5), using: &random)))
        }
        for feed in request.channels {
            let isFirst = subscriptions.add(feed, stream: id.descriptor, list: &stream.subscription)
            if isFirst && feed.name != .broadcasts { newlyWatched.append(feed.name) }
        }
        streams[slot] = stream
        unwelcomed += 1
    }

    /// Answers with a stream that ends at once and says when to try again: to anything but 200 EventSource gives up
    /// for good.
    func refuse(_ id: ConnectionID, _ refusal: StreamRefusal) {
        telemetry.streamsRefused(refusal.rawValue).add()
        var body: [UInt8] = []
        ServerSentEvent.appendRetry(drawnRetry(), to: &body)
        ServerSentEvent.appendComment(refusal.comment, to: &body)
        body.append(UInt8(ascii: "\n"))
        connections.respond(id, HTTPResponse(headers: Hub.streamHeaders, body: body), closing: true)
    }

    /// Forgets a stream that has closed.
    func forget(_ id: ConnectionID) {
        let slot = Int(id.descriptor)
        guard isOpen(id) else { return }
        if let opening = streams[slot].opening, !opening.isWelcomed { unwelcomed -= 1 }
        tellLeaving(stream: id.descriptor)
        forsake(subscriptions.removeAll(list: streams[slot].subscription))
        rests[id.descriptor] = nil
        selections.remove(stream: id.descriptor)
        setPacing(nil, slot)
        ending.remove(id)
        admissions.remove(stream: id.descriptor)
        streamsByAddress.remove(stream: id.descriptor)
        streamsByIdentity.remove(stream: id.descriptor)
        streams[slot] = StreamState()
    }

    func isOpen(_ id: ConnectionID) -> Bool {
        let slot = Int(id.descriptor)
        return slot < streams.count && streams[slot].generation == id.generation && streams[slot].mode != .closed
    }

    // MARK: - From the database

    /// Asks the store for a stream's next part.
    func ask(_ id: ConnectionID, _ start: StreamStart) {
        let slot = Int(id.descriptor)
        // What is left of a backlog ends where the first part ended, so that what was missed since is still missed.
        if case .rest = start {} else { streams[slot].hasMissed = false }
        var feeds = subscriptions.feeds(list: streams[slot].subscription)
        if !ephemeralKinds.isEmpty { feeds.removeAll { isEphemeral($0.name) } }
        var query = StreamQuery(feeds: feeds, start: start, isEnveloped: streams[slot].isEnveloped)
        query.conditions = selections[id.descriptor]?.conditions ?? []
        query.isOpening = streams[slot].opening?.start != nil
        query.isPaced = streams[slot].isPaced
        queries.append((id, query))
    }

    /// Takes the store's answers.
    func received(_ answers: [(ConnectionID, StreamPage?)]) {
        for (id, page) in answers where isOpen(id) {
            guard let page else {
                unanswered.append(id)
                continue
            }
            if !isPutOff(page, id) { send(page, id) }
        }
    }

    /// Asks again for what the database could not tell; the streams stay open meanwhile.
    func askAgain() {
        let ids = unanswered
        unanswered.removeAll()
        for id in ids where isOpen(id) {
            ask(id, streams[Int(id.descriptor)].opening?.start ?? .after(streams[Int(id.descriptor)].cursor))
        }
    }

    private func send(_ page: StreamPage, _ id: ConnectionID) {
        let slot = Int(id.descriptor)
        var events: [UInt8] = []
        if let opening = streams[slot].opening, !opening.isWelcomed {
            appendWelcome(slot, opening, page, to: &events)
        }
        if streams[slot].opening?.asksForEvents == true { watchEvents() }
        streams[slot].opening?.start = nil
        events.append(contentsOf: page.events)
        eventsSent += page.eventCount
        var delivered = page.unreadOnDelivery
        if streams[slot].isPaced { delivered += appendPaced(page, slot, to: &events) }
        streams[slot].cursor = page.after
        var isOver = false
        if page.rest == nil && !streams[slot].hasMissed {
            streams[slot].mode = .live
            isOver = noteEnds(page.ended, slot)
            if streams[slot].opening != nil {
                streams[slot].opening = nil
                if !isOver { StreamEvents.appendLive(cursor(sentCursor(slot)), unread: page.unread, to: &events) }
            }
        }
        if !events.isEmpty { connections.send(ChunkEncoder.frame(events), to: id) }
        if !isOver { tellJoining(id) }
        track(delivered, on: id)
        if isOver { end(id) }
        guard streams[slot].mode != .live else {
            if streams[slot].isPaced { schedule(id) }
            return
        }
        rests[id.descriptor] = page.rest
        connections.notifyWhenDrained(id)
    }

    /// Asks for the next part once the last one has left.
    func continueStream(_ id: ConnectionID) {
        guard isOpen(id), streams[Int(id.descriptor)].mode == .replaying else { return }
        let start = rests.removeValue(forKey: id.descriptor) ?? .after(streams[Int(id.descriptor)].cursor)
        ask(id, start)
    }

    // MARK: - Welcome

    private func appendWelcome(_ slot: Int, _ opening: StreamOpening, _ page: StreamPage?, to events: inout [UInt8]) {
        opening.isWelcomed = true
        unwelcomed -= 1
        let before = page?.before ?? (page == nil ? opening.presented : nil)
        StreamEvents.appendWelcome(
            before.map(cursor), clientID: opening.clientID,
            feeds: subscriptions.feeds(list: streams[slot].subscription).filter { $0.name != .broadcasts },
            unread: page?.unread, pingMilliseconds: settings.server.pingMilliseconds, time: WallClock.unixMilliseconds,
            to: &events)
    }

    /// Welcomes streams that the store has kept waiting for a second, without what only the store knows.
    func welcomeLate() {
        let now = Ticks(.now)
        for slot in streams.indices {
            guard let opening = streams[slot].opening, !opening.isWelcomed, now.since(opening.began) >= 1000 else {
                continue
            }
            var events: [UInt8] = []
            appendWelcome(slot, opening, nil, to: &events)
            let id = ConnectionID(descriptor: Int32(slot), generation: streams[slot].generation)
            connections.send(ChunkEncoder.frame(events), to: id)
            // It begins with what is known.
            askAfterLook(id)
        }
    }

    func cursor(_ position: LogPosition) -> Cursor {
        Cursor(epoch: epoch, position: position)
    }
}
