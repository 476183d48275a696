import Access
import Feeds
import HTTP
import HTTPServer
import JSON
import Reactor
import Redis

/// A request that the router has found an endpoint for.
struct Asked: Sendable {
    let endpoint: Endpoint
    let parameters: [String]
    let request: HTTPRequest
    let peer: PeerAddress
    /// What the request counts for; `nil` where addresses are not limited.
    let address: IPAddress?
    /// Whether it came to `server.admin`.
    var isForOperators = false

    /// Whether it may change something: to deliver is to change read state, where a kind says so.
    var changes: Bool { endpoint.isStream || (request.method != .get && request.method != .head) }
}

extension Hub {
    /// Whether a request may be served now; one that comes too early for its address is answered.
    func isInTime(_ match: Router<Endpoint>.Match, _ address: IPAddress?, _ id: ConnectionID) throws(Problem) -> Bool {
        guard let address else { return true }
        let endpoint: Endpoint? = if case .found(let endpoint, _) = match { endpoint } else { nil }
        // Probes are not kept waiting.
        guard endpoint?.ignoresHost != true else { return true }
        let wait = addressRates?.take(address, now: MonotonicTime.now.nanoseconds)
        return try isInTime(wait, "from this address", endpoint, id)
    }

    /// Whether a request may be served now; one that comes too early for its caller is answered.
    func isInTime(_ asked: Asked, for caller: Caller, _ id: ConnectionID) throws(Problem) -> Bool {
        guard let account = caller.account else { return true }
        let wait = keyRates?.take(account, now: MonotonicTime.now.nanoseconds)
        return try isInTime(wait, "with this key or token", asked.endpoint, id)
    }

    private func isInTime(
        _ wait: Int64?, _ whose: String, _ endpoint: Endpoint?, _ id: ConnectionID
    ) throws(Problem) -> Bool {
        guard let wait else { return true }
        telemetry.requestsLimited.add()
        if endpoint?.isStream == true {
            refuse(id, .rate)
            return false
        }
        let seconds = wait / 1_000_000_000 + 1
        throw Problem(
            .tooManyRequests, "Too many requests \(whose); send this one again in \(seconds) s.",
            headers: [("Retry-After", String(seconds))])
    }

    /// Serves a request once it is known who asks.
    func admit(_ asked: Asked, _ id: ConnectionID) throws(Problem) {
        guard !asked.endpoint.isPublic else { return try serve(asked, for: .anyone, id) }
        let takesQuery = asked.endpoint.isStream
        switch try gatekeeper.identify(asked.request, from: asked.peer, takesQuery: takesQuery) {
        case .caller(let caller): try serve(asked, for: caller, id)
        case .ask(let token): ask(for: token, asked, id)
        }
    }

    /// Serves a request once Redis has told what its token grants.
    private func ask(for token: Token, _ asked: Asked, _ id: ConnectionID) {
        Task { [tokens] in
            do throws(Problem) {
                let grant: Grant?
                do throws(RedisError) {
                    grant = try await tokens.grant(of: token)
                } catch {
                    if asked.endpoint.isStream { return refuse(id, .unchecked) }
                    throw Hub.unreachable
                }
                guard let grant else { throw Gatekeeper.unknownToken }
                try serve(asked, for: .reader(grant, by: .token(token)), id)
            } catch {
                connections.respond(id, (asked.endpoint.route?.phrased(error) ?? error).response)
            }
        }
    }

    // MARK: - Ends

    /// Ends the streams whose grants have ended, and asks Redis now and then what has become of tokens.
    func endRevoked(_ now: MonotonicTime) {
        guard !admissions.isEmpty else { return }
        for stream in admissions.ended(at: WallClock.unixMilliseconds) { sayExpired(stream) }
        guard now >= nextTokenCheck else { return }
        nextTokenCheck = now + Hub.tokenCheckInterval
        guard !awaitsTokenCheck else { return endOverdue() }
        let questions = admissions.questions(at: WallClock.unixMilliseconds)
        guard !questions.isEmpty else { return }
        awaitsTokenCheck = true
        Task { [tokens] in
            let changes = try? await tokens.changes(questions)
            awaitsTokenCheck = false
            guard let changes else { return endOverdue() }
            for (token, change) in changes { note(change, of: token) }
        }
    }

    private static let tokenCheckInterval: Milliseconds = 500

    /// Ends the streams of tokens that may have been given more time, since Redis does not say so.
    private func endOverdue() {
        for token in admissions.overdue(at: WallClock.unixMilliseconds) { endStreams(of: token) }
    }

    private func note(_ change: TokenChange, of token: Token) {
        switch change {
        case .gone: endStreams(of: token)
        case .end(let time): admissions.note(token, endsAt: time)
        case .record(let grant, let digest):
            admissions.note(token, digest: digest)
            for stream in admissions.streams(of: token) where !allows(grant, stream) { sayExpired(stream) }
        }
    }

    /// Whether all feeds of a stream may be read.
    private func allows(_ grant: Grant, _ descriptor: Int32) -> Bool {
        let feeds = subscriptions.feeds(list: streams[Int(descriptor)].subscription)
        return feeds.allSatisfy { $0.name == .broadcasts || grant.allows($0.name) }
    }

    /// Ends the streams that came with a token.
    func endStreams(of token: Token) {
        for stream in admissions.streams(of: token) { sayExpired(stream) }
    }

    private func sayExpired(_ descriptor: Int32) {
        let id = ConnectionID(descriptor: descriptor, generation: streams[Int(descriptor)].generation)
        var event: [UInt8] = []
        StreamEvents.appendExpired(to: &event)
        connections.send(ChunkEncoder.frame(event), to: id)
        connections.endStream(id)
    }

    // MARK: - Tokens

    /// Makes a token for what the body names.
    func mintToken(_ request: HTTPRequest, _ id: ConnectionID) throws(Problem) {
        try checkTokenRequest(request)
        try RequestGuard.checkContentType(request)
        let (grant, seconds) = try TokenRequest.read(request.body)
        let token = Token.make()
        answerFromRedis(id) { [tokens] () throws(RedisError) in
            try await tokens.add(token, grant, seconds: seconds)
            let expiresAt = WallClock.unixMilliseconds + Int64(seconds) * 1000
            return HTTPResponse.json(
                [
                    "token": .string(token.text),
                    "expires_at": .string(RFC3339.format(unixMilliseconds: expiresAt)),
                ], status: .created)
        }
    }

    /// Takes a token back and ends its streams.
    func revokeToken(_ text: String, _ request: HTTPRequest, _ id: ConnectionID) throws(Problem) {
        try checkTokenRequest(request)
        guard let token = Token(text) else {
            throw Problem(.badRequest, "This is no token: 16 to 512 of letters, digits and . _ ~ -.")
        }
        answerFromRedis(id) { [tokens, hubs] () throws(RedisError) in
            try await tokens.remove(token)
            for hub in hubs { await hub.endStreams(of: token) }
            return HTTPResponse(status: .noContent)
        }
    }

    private func checkTokenRequest(_ request: HTTPRequest) throws(Problem) {
        try RequestGuard.checkOrigin(request, allowed: settings.cors.origins)
        guard settings.auth.mode == .token else {
            throw Problem(
                .conflict, "Tokens are for auth.mode \"token\"; here it is \"\(settings.auth.mode.rawValue)\".")
        }
    }

    private func answerFromRedis(
        _ id: ConnectionID, _ work: @escaping @Sendable () async throws(RedisError) -> HTTPResponse
    ) {
        Task {
            let response: HTTPResponse
            do throws(RedisError) { response = try await work() } catch { response = Hub.unreachable.response }
            connections.respond(id, response)
        }
    }

    private static let unreachable = Problem(
        .serviceUnavailable, "Tokens cannot be looked up at the moment; send it again.", headers: [("Retry-After", "1")]
    )
}
