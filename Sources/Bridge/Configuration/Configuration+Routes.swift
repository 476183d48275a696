import Feeds
import HTTP
import HTTPServer
import JSON

extension Route {
    static let table = SettingsTable<Route>([
        Setting("feed", \.feed, .optional(.feedTemplate)),
        Setting("feeds", \.feeds, .feedTemplates.omitting([])),
        Setting("events", \.asksForEvents, .truth.omitting(false)),
        Setting("history", \.isHistory, .truth.omitting(false)),
        Setting("query", \.query, .object.omitting([:])),
        Setting("who", \.writers, .choice().omitting(.writer)),
        Setting("require", \.required, .parameterNames.omitting([])),
        Setting("body", \.members, .optional(.parameterNames)),
        Setting("set", \.set, .memberTemplates.omitting([])),
        Setting("max_length", \.maxLengths, .object.omitting([:])),
        Setting("per_minute", \.perMinute, .optional(.integer(1...1_000_000))),
        Setting("answer", \.answer, .optional(.object)),
        Setting("errors", \.errorForm, .choice().omitting(.problem)),
        Setting("missing", \.missingAnswer, .optional(.object)),
    ])

    private static let streamParameters = ["envelope", "since", "where", "min_interval_ms"]
    private static let historyParameters = ["unread", "limit"]

    /// Throws where something does not go with what the route is for.
    fileprivate func check(at location: SettingLocation) throws(ConfigurationError) {
        try checkPurpose(at: location)
        guard feed == nil || feeds.isEmpty else {
            throw location.member("feeds").refusing("there is a feed already; name all of them in feeds")
        }
        guard !allFeeds.isEmpty || (purpose == .stream && asksForEvents) else {
            throw location.missing("feed", "a route leads to a feed such as \"chat:{ticket_id}\"")
        }
        guard purpose == .stream || feeds.isEmpty else {
            throw location.member("feeds").refusing("only a stream has several feeds; name one in feed")
        }
        let known = isHistory ? Route.historyParameters : Route.streamParameters
        for (name, value) in query {
            let location = location.member("query").member(name)
            guard known.contains(name) else { throw location.unknown("known are \(known.joined(separator: ", "))") }
            guard !value.queryTexts.isEmpty else {
                throw location.refusing(value, "allowed is text, a number, or a list of texts")
            }
        }
        for (name, value) in maxLengths {
            guard let limit = value.asInt, 1...16_777_216 ~= limit else {
                throw location.member("max_length").member(name).refusing(
                    value, "allowed is a whole number from 1 to 16777216")
            }
        }
        try checkNames(at: location)
    }

    /// Throws where a parameter has the name that stands for who asks.
    private func checkNames(at location: SettingLocation) throws(ConfigurationError) {
        let parameters = [("require", required), ("body", members ?? []), ("max_length", maxLengths.map(\.name))]
        let reason = "user stands for whoever asks, so no parameter has this name"
        guard !pathNames.contains(Route.identity) else { throw location.refusing(reason) }
        if let (name, _) = parameters.first(where: { $0.1.contains(Route.identity) }) {
            throw location.member(name).refusing(reason)
        }
    }

    private func checkPurpose(at location: SettingLocation) throws(ConfigurationError) {
        let isPublishing = purpose == .publishing
        let ofPublishing = [
            ("who", writers != .writer), ("require", !required.isEmpty), ("body", members != nil),
            ("set", !set.isEmpty), ("max_length", !maxLengths.members.isEmpty),
            ("per_minute", perMinute != nil), ("answer", answer != nil),
        ]
        let ofReading = [("events", asksForEvents), ("history", isHistory), ("query", !query.members.isEmpty)]
        if let (name, _) = (isPublishing ? ofReading : ofPublishing).first(where: \.1) {
            let advice =
                isPublishing
                ? "this route publishes; name a route to read from without POST"
                : "only a route that publishes has it: \"POST \(path)\""
            throw location.member(name).refusing(advice)
        }
        guard !isHistory || !asksForEvents else {
            throw location.member("events").refusing("only a stream has broadcast events, and this is a history")
        }
    }
}

extension Setting<Configuration> {
    /// The user's own paths; they stand in the file only.
    static let routes = Setting("routes", fromText: nil) { value, location, configuration throws(ConfigurationError) in
        guard let declared = value.asObject else { throw location.refusing(value, "allowed is an object") }
        configuration.routes = []
        for (name, value) in declared {
            let location = location.member(name)
            guard var route = Route(name) else {
                throw location.refusing(
                    "a route is named by a path such as /chat/stream or /chat/{ticket_id}/stream, or by POST and a path; "
                        + "its segments are letters, digits and - . _ ~, or one placeholder")
            }
            guard let object = value.asObject else { throw location.refusing(value, "allowed is an object") }
            try Route.table.read(object, at: location, into: &route)
            try route.check(at: location)
            configuration.routes.append(route)
        }
    } value: { configuration in
        var object = JSONObject()
        for route in configuration.routes { object[route.name] = .object(Route.table.encode(route)) }
        return .object(object)
    }
}

extension Configuration {
    /// Throws where a route is in another's way, or could never be served.
    func checkRoutes() throws(ConfigurationError) {
        let own = Endpoint.router()
        var router = Router<Endpoint>()
        for route in routes {
            let place = SettingLocation(origin: "").member("routes").member(route.name).path
            guard !own.overlaps(route.path), !route.path.hasPrefix("/v1/"), route.path != "/v1" else {
                throw ConfigurationError("\(place): this path is the bridge's own; choose another")
            }
            guard !router.overlaps(route.path, method: route.method) else {
                throw ConfigurationError("\(place): another route has this path already; choose another")
            }
            router.add(route.method, route.path, .route(route))
            guard !route.needsIdentity || auth.mode != .open else {
                throw ConfigurationError(
                    "\(place) needs {user}, and auth.mode is \"open\": without authentication nobody's identity is known"
                )
            }
            guard !route.needsIdentity || route.purpose != .publishing || route.writers == .reader else {
                throw ConfigurationError(
                    "\(place) needs {user}, and an admin key has no identity: add \"who\": \"reader\"")
            }
            guard route.allFeeds.count <= server.maxFeedsPerStream else {
                throw ConfigurationError(
                    "\(place) has \(route.allFeeds.count) feeds, and server.max_feeds_per_stream is "
                        + "\(server.maxFeedsPerStream)")
            }
            do throws(Problem) {
                try tryOut(route)
            } catch {
                throw ConfigurationError("\(place): \(error.detail)")
            }
        }
    }

    /// Has an imagined request served, as far as it goes without a connection.
    private func tryOut(_ route: Route) throws(Problem) {
        var feeds: [FeedName] = []
        for template in route.allFeeds {
            let id = try template.id.filled { _ throws(Problem) in "1" }
            let (feed, kind) = try feed("\(template.kind):\(id)")
            if route.isHistory { try kind.checkStoring() }
            feeds.append(feed)
        }
        guard route.purpose != .publishing else { return }
        let target = try route.target("/", feeds)
        if route.isHistory {
            _ = try HistoryQuery(target, of: feeds[0])
        } else {
            _ = try StreamRequest(HTTPRequest(method: .get, target: target), self, epoch: "")
        }
    }
}
