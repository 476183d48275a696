import Access
import Feeds
import HTTP
import HTTPServer
import JSON
import Reactor

extension Hub {
    /// Serves a path of the user's own as the API's path that it stands for.
    func serve(_ route: Route, _ asked: Asked, for caller: Caller, _ id: ConnectionID) throws(Problem) {
        // Before the body is looked at.
        if route.purpose == .publishing { try checkPublishing(route, asked, for: caller) }
        let routed = try RoutedRequest(route, asked.parameters, asked.request, from: caller.identity)
        let feeds = try routed.feeds()
        switch route.purpose {
        case .stream:
            let request = try routed.request(path: "/v1/stream", feeds: feeds)
            try serveInTime(asked.becoming(.stream, request), for: caller, id)
        case .history:
            try caller.checkReading(feeds[0])
            let query = try HistoryQuery(routed.request(path: asked.request.target.path).target, of: feeds[0])
            answer(id) { [reader] in
                HTTPResponse(json: try await reader.history(query))
            } phrasing: {
                route.phrased($0)
            }
        case .publishing:
            if route.writers == .reader { try caller.checkReading(feeds[0]) }
            try publish(routed, route, to: feeds[0], asked.request, id)
        }
    }

    /// Refuses whoever may not publish, as far as that is known without the feed, and who comes too often.
    private func checkPublishing(_ route: Route, _ asked: Asked, for caller: Caller) throws(Problem) {
        try RequestGuard.checkOrigin(asked.request, allowed: settings.cors.origins)
        if route.writers == .writer { for feed in route.allFeeds { try caller.checkWriting(kind: feed.kind) } }
        try limit(route, asked, for: caller)
    }

    private func publish(
        _ routed: RoutedRequest, _ route: Route, to feed: FeedName, _ request: HTTPRequest, _ id: ConnectionID
    ) throws(Problem) {
        let (_, kind) = try settings.feed(feed.text)
        let publication = try Publication(one: .object(routed.notification()), of: request, settings)
        push(publication, to: feed, of: kind, id) { publication in
            routed.answer(id: publication.ids[0]).map { .json($0) } ?? publication.response
        } phrasing: {
            route.phrased($0)
        }
    }

    /// Refuses what comes too often from whoever asks.
    private func limit(_ route: Route, _ asked: Asked, for caller: Caller) throws(Problem) {
        let key = LimitedWriter(account: caller.account, address: caller.account == nil ? asked.address : nil)
        guard let wait = routeRates[route.name]?.take(key, now: MonotonicTime.now.nanoseconds) else { return }
        telemetry.requestsLimited.add()
        let seconds = wait / 1_000_000_000 + 1
        throw Problem(
            .tooManyRequests, "Too many messages; send this one again in \(seconds) s.",
            headers: [("Retry-After", String(seconds))])
    }
}

extension Asked {
    /// The same request as one to another endpoint.
    fileprivate func becoming(_ endpoint: Endpoint, _ request: HTTPRequest) -> Asked {
        Asked(
            endpoint: endpoint, parameters: [], request: request, peer: peer, address: address,
            isForOperators: isForOperators)
    }
}

/// Whom a route's limit counts for: who asks, and where that is not known the address.
struct LimitedWriter: Hashable, Sendable {
    let account: Caller.Account?
    let address: IPAddress?
}
