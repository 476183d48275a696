import Feeds
import HTTP
import HTTPServer
import JSON
import Redis

extension Hub {
    /// Answers a request, at once or when another thread has done its part.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - peer: Where its connection comes from.
    ///   - isForOperators: Whether it came to `server.admin`.
    ///   - id: Its connection.
    func serve(_ request: HTTPRequest, from peer: PeerAddress, isForOperators: Bool, _ id: ConnectionID) {
        telemetry.logger.debug(
            "request",
            [
                ("method", .string(request.method.name)), ("target", .string(request.target.withoutTokens)),
                ("peer", .string(peer.description)),
            ])
        var route: Route?
        do throws(Problem) {
            let cors = cors(forOperators: isForOperators)
            connections.setHeaders(cors.headers(for: request), on: id)
            let address = countsAddresses ? gatekeeper.address(of: request, from: peer) : nil
            let match = router.match(request.method, request.target)
            route = self.route(of: request, match)
            if !isForOperators, try !isInTime(match, address, id) { return }
            switch match {
            case .notFound where request.target.raw == "*":
                connections.respond(id, HTTPResponse(status: .noContent))
            case .notFound:
                throw Problem(.notFound, "There is nothing at this path; the API is under /v1, the page at /.")
            case .methodNotAllowed(let allowed):
                let allow = [("Allow", allowed.map(\.name).joined(separator: ", "))]
                guard request.method == .options else {
                    throw Problem(
                        .methodNotAllowed, "This path has no \(request.method.name); see Allow.", headers: allow)
                }
                let answer = cors.preflight(request, allowed: allowed) ?? HTTPHeaders(allow)
                connections.respond(id, HTTPResponse(status: .noContent, headers: answer))
            case .found(let endpoint, let parameters):
                if (isForOperators || settings.checksHost) && !endpoint.ignoresHost {
                    try RequestGuard.checkHost(request, allowed: settings.server.hosts)
                }
                let asked = Asked(
                    endpoint: endpoint, parameters: parameters, request: request, peer: peer, address: address,
                    isForOperators: isForOperators)
                if isForOperators {
                    // Nobody has to show anything here, so pages of other origins have no part in it, whichever they are.
                    if asked.changes { try RequestGuard.checkOrigin(request, allowed: []) }
                    return try serve(asked, for: .anyone, id)
                }
                if settings.server.admin != nil && endpoint.isForOperators {
                    throw Problem(.notFound, "This is at the address that server.admin names.")
                }
                try admit(asked, id)
            }
        } catch {
            connections.respond(id, (route?.phrased(error) ?? error).response)
        }
    }

    /// Answers a request that is not served, mostly since it was given up before it was whole; `head` is what was
    /// understood of it.
    func refuse(
        _ head: HTTPRequest?, _ problem: Problem, closing: Bool = true, isForOperators: Bool, _ id: ConnectionID
    ) {
        connections.setHeaders(cors(forOperators: isForOperators).headers(for: head), on: id)
        let route = head.flatMap { self.route(of: $0, router.match($0.method, $0.target)) }
        connections.respond(id, (route?.phrased(problem) ?? problem).response, closing: closing)
    }

    private func cors(forOperators isForOperators: Bool) -> CrossOrigin { isForOperators ? cors.refusing : cors }

    /// The path of the user's own that a request leads to, also with a method that it has not.
    private func route(of request: HTTPRequest, _ match: Router<Endpoint>.Match) -> Route? {
        switch match {
        case .found(let endpoint, _): endpoint.route
        case .methodNotAllowed(let allowed):
            if case .found(let endpoint, _) = router.match(allowed[0], request.target) { endpoint.route } else { nil }
        case .notFound: nil
        }
    }

    /// A request whose caller is known.
    func serve(_ asked: Asked, for caller: Caller, _ id: ConnectionID) throws(Problem) {
        guard try isInTime(asked, for: caller, id) else { return }
        try serveInTime(asked, for: caller, id)
    }

    /// A request that counts for its caller already.
    func serveInTime(_ asked: Asked, for caller: Caller, _ id: ConnectionID) throws(Problem) {
        let (request, parameters) = (asked.request, asked.parameters)
        switch asked.endpoint {
        case .stream:
            let stream = try StreamRequest(request, settings, epoch: epoch)
            for feed in stream.feeds { try caller.checkReading(feed.name) }
            // To deliver is to change read state, where a kind says so.
            if stream.feeds.contains(where: { isReadOnDelivery($0.name) }) {
                try RequestGuard.checkOrigin(request, allowed: settings.cors.origins)
            }
            guard request.method != .head else { return connections.respondStreamHead(id, Hub.streamHeaders) }
            openUnlessOver(stream, for: caller, at: asked.address, id)
        case .publish:
            try publish(request, to: parameters[0], for: caller, id)
        case .broadcast:
            try broadcast(request, for: caller, id)
        case .history, .unread, .markRead, .markUnread, .remove:
            try serveInbox(asked.endpoint, parameters, request, for: caller, id)
        case .kinds:
            try caller.checkOperating()
            connections.respond(id, HTTPResponse(json: settings.writersGuide()))
        case .presence:
            try caller.checkOperating()
            try servePresence(request, id)
        case .quarantine:
            try caller.checkOperating()
            try serveQuarantine(request, id)
        case .mintToken:
            try caller.checkOperating()
            try mintToken(request, id)
        case .revokeToken:
            try caller.checkOperating()
            try revokeToken(parameters[0], request, id)
        case .metrics:
            try caller.checkOperating()
            telemetry.connections.set(Double(connections.count))
            connections.respond(
                id, HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", body: telemetry.render()))
        case .health:
            connections.respond(id, HTTPResponse.json(["status": .string("ok")]))
        case .readiness:
            connections.respond(id, readiness)
        case .file(let file):
            connections.respond(id, file.response)
        case .route(let route):
            try serve(route, asked, for: caller, id)
        }
    }

    // MARK: - Publishing

    private func publish(
        _ request: HTTPRequest, to name: String, for caller: Caller, _ id: ConnectionID
    ) throws(Problem) {
        try RequestGuard.checkOrigin(request, allowed: settings.cors.origins)
        try RequestGuard.checkContentType(request)
        let (feed, kind) = try settings.feed(name)
        try caller.checkWriting(kind: kind.name)
        push(try Publication(request, settings), to: feed, of: kind, id) {
            $0.response
        } phrasing: {
            $0
        }
    }

    /// Hands notifications to Redis or the database, and answers once they are taken.
    ///
    /// - Parameters:
    ///   - publication: The notifications.
    ///   - feed: Whose they are.
    ///   - kind: The feed's kind.
    ///   - id: The connection to answer on.
    ///   - answer: Makes the answer.
    ///   - phrasing: Puts an error into other words.
    func push(
        _ publication: Publication, to feed: FeedName, of kind: Kind, _ id: ConnectionID,
        answering answer: @escaping @Sendable (Publication) -> HTTPResponse,
        phrasing: @escaping @Sendable (Problem) -> Problem
    ) {
        guard kind.source != .flagAndDatabase else {
            return self.answer(id) { [writer, telemetry] in
                try await writer.insert(publication.entries, ids: publication.ids, into: feed)
                telemetry.entriesPublished.add(publication.ids.count)
                return answer(publication)
            } phrasing: {
                phrasing($0)
            }
        }
        let command = PublishCommand(to: feed, of: kind, prefix: settings.redis.prefix)
        Task { [publisher] in
            let response: HTTPResponse
            do throws(RedisError) {
                try await publisher.publish(publication.entries, command)
                telemetry.entriesPublished.add(publication.ids.count)
                response = answer(publication)
            } catch {
                response = phrasing(Problem(error)).response
            }
            connections.respond(id, response)
        }
    }

    // MARK: - Readiness

    /// What keeps the bridge from its work.
    private var readiness: HTTPResponse {
        var reasons = telemetry.readiness.all.map { ($0.part.rawValue, $0.reason) }
        let age = telemetry.secondsSinceTick
        let longest = max(5, Double(settings.poll.intervalMilliseconds) / 1000 * 3)
        if age > longest { reasons.append(("tick", "the poll loop has not turned for \(Int(age)) s")) }
        var members: JSONObject = [
            "status": .string(reasons.isEmpty ? "ready" : "not ready"),
            "last_tick_age_ms": .number(String(Int(age * 1000))),
        ]
        if !reasons.isEmpty {
            var object = JSONObject()
            for (part, reason) in reasons { object[part] = .string(reason) }
            members["reasons"] = .object(object)
        }
        return .json(members, status: reasons.isEmpty ? .ok : .serviceUnavailable)
    }
}

extension Publication {
    /// What its sender is told once it is taken.
    var response: HTTPResponse {
        .json(["ids": .array(ids.map { .string($0) })], status: .created)
    }
}

extension HTTPResponse {
    /// An answer in JSON, not to be kept by anyone.
    static func json(_ object: JSONObject, status: HTTPStatus = .ok) -> HTTPResponse {
        var response = HTTPResponse(
            status: status, contentType: "application/json", body: JSONValue.object(object).encoded())
        response.headers.add("Cache-Control", "no-store")
        return response
    }
}
