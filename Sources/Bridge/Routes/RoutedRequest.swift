import Access
import Feeds
import HTTP
import JSON

/// A request to a route, and the values that the route's placeholders stand for in it.
struct RoutedRequest {
    private let route: Route
    private let request: HTTPRequest
    private let identity: Identity?
    /// What the path's placeholders stand at.
    private var path: [String: String]
    /// The members of the body, a form's fields among them.
    private var body = JSONObject()

    /// Reads what a request brings.
    ///
    /// - Parameters:
    ///   - route: The route that was found.
    ///   - segments: The segments at the path's placeholders.
    ///   - request: The request.
    ///   - identity: Who asks, as far as that is known.
    /// - Throws: 401 where that must be known, 400 and 415 for a body that cannot be read.
    init(_ route: Route, _ segments: [String], _ request: HTTPRequest, from identity: Identity?) throws(Problem) {
        guard identity != nil || !route.needsIdentity else {
            throw Problem(
                .unauthorized, "This path is about whoever asks: send a token that names its identity.",
                headers: [("WWW-Authenticate", "Bearer")])
        }
        self.route = route
        self.request = request
        self.identity = identity
        path = Dictionary(uniqueKeysWithValues: zip(route.pathNames, segments))
        if route.purpose == .publishing { body = try Self.body(of: request) }
    }

    private static func body(of request: HTTPRequest) throws(Problem) -> JSONObject {
        switch RequestGuard.mediaType(request) {
        case "application/json":
            guard let object = (try? JSONValue.parse(request.body))?.asObject else {
                throw Problem(.badRequest, "The body is not a JSON object.")
            }
            return object
        case "application/x-www-form-urlencoded":
            return try members(of: URLEncodedForm.parse(request.body))
        case "multipart/form-data":
            let type = ParameterizedValue(request.headers["Content-Type"] ?? "")
            return try members(of: MultipartForm.parse(request.body, boundary: type?.parameters["boundary"] ?? ""))
        default:
            throw Problem(
                .unsupportedMediaType,
                "Send JSON (Content-Type: application/json) or a form (application/x-www-form-urlencoded, "
                    + "multipart/form-data).")
        }
    }

    private static func members(of fields: [(name: String, value: String)]?) throws(Problem) -> JSONObject {
        guard let fields else { throw Problem(.badRequest, "The body is no form in UTF-8.") }
        var object = JSONObject()
        for (name, value) in fields { object[name] = .string(value) }
        return object
    }

    // MARK: - Parameters

    /// A parameter: from the path, else the body, else the query if it is part of a feed's name; nil where it is missing,
    /// null or empty.
    private func value(_ name: String) -> JSONValue? {
        var value = path[name].map { .string($0) } ?? body[name]
        if value == nil, route.isInQuery(name) { value = request.target.first(name).map { .string($0) } }
        return value == .null || value == .string("") ? nil : value
    }

    private func text(_ name: String) throws(Problem) -> String {
        if name == Route.identity, let identity { return identity.description }
        guard let value = value(name) else { throw route.missing([name]) }
        return try text(name, value)
    }

    private func text(_ name: String, _ value: JSONValue) throws(Problem) -> String {
        switch value {
        case .string(let text): return text
        case .number(let digits): return digits
        default: throw Problem(.badRequest, "\(name) is text or a number.")
        }
    }

    private func checkMissing() throws(Problem) {
        var missing: [String] = []
        for name in route.required + route.placeholders where value(name) == nil && !missing.contains(name) {
            missing.append(name)
        }
        guard missing.isEmpty else { throw route.missing(missing) }
    }

    // MARK: - Results

    /// The feeds that the route leads to.
    func feeds() throws(Problem) -> [FeedName] {
        try checkMissing()
        var feeds: [FeedName] = []
        for template in route.allFeeds {
            let id = try template.id.filled { name throws(Problem) in try text(name) }
            guard let feed = FeedName(kind: template.kind, id: id) else {
                throw Problem(
                    .badRequest,
                    "\(template.id.names.joined(separator: ", ")): allowed are letters, digits and . _ @ + - |, at "
                        + "most 128 of them.")
            }
            feeds.append(feed)
        }
        return feeds
    }

    /// The same request to a path of the API: what the route says, then what the client may choose.
    func request(path: String, feeds: [FeedName] = []) throws(Problem) -> HTTPRequest {
        // Names of rules may be the page's own here.
        let taken = ["feed", "events", "token"] + StreamRequest.rulesOfKinds
        let chosen = request.target.query.filter { !taken.contains($0.name) && route.query[$0.name] == nil }
        var request = request
        request.target = try route.target(path, feeds, chosen: chosen)
        return request
    }

    /// What is to be published.
    func notification() throws(Problem) -> JSONObject {
        try checkMissing()
        for (name, limit) in route.maxLengths {
            try check(name, value(name), limit.asInt ?? 0)
            // What the path says instead of the body is published from the body all the same.
            if route.members == nil { try check(name, body[name], limit.asInt ?? 0) }
        }
        var notification = JSONObject()
        if let members = route.members {
            for name in members { notification[name] = value(name) }
        } else {
            notification = body
        }
        for member in route.set {
            notification[member.name] = try member.value.filled { name throws(Problem) in try text(name) }
        }
        return notification
    }

    private func check(_ name: String, _ value: JSONValue?, _ limit: Int) throws(Problem) {
        guard let value, !value.isNull else { return }
        guard try text(name, value).unicodeScalars.count <= limit else {
            throw Problem(.unprocessableContent, "\(name) is too long: at most \(limit) characters.")
        }
    }

    /// What is answered once a notification with this id is taken; nil: the ids.
    func answer(id: String) -> JSONObject? {
        guard var answer = route.answer else { return nil }
        for (name, value) in answer where value == .string("{id}") { answer[name] = .string(id) }
        return answer
    }
}

extension Route {
    /// What a request to a path of the API has in place of one to this route.
    ///
    /// - Parameters:
    ///   - path: The path of the API.
    ///   - feeds: The feeds that the route leads to.
    ///   - chosen: What the client says beside.
    /// - Returns: The target.
    /// - Throws: 400 where there can be none.
    func target(
        _ path: String, _ feeds: [FeedName], chosen: [(name: String, value: String)] = []
    ) throws(Problem) -> RequestTarget {
        var pairs = feeds.map { ("feed", $0.text) }
        if asksForEvents { pairs.append(("events", "1")) }
        for (name, value) in query { pairs += value.queryTexts.map { (name, $0) } }
        for (name, value) in chosen { pairs.append((name, value)) }
        let query = pairs.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        guard let target = RequestTarget("\(path)?\(query.joined(separator: "&"))") else {
            throw Problem(.badRequest, "The query cannot be read.")
        }
        return target
    }
}

extension JSONValue {
    /// What a route's `query` gives a parameter: one text, or several; empty for what is none.
    var queryTexts: [String] {
        switch self {
        case .string(let text), .number(let text): [text]
        case .array(let elements): elements.compactMap(\.asString)
        default: []
        }
    }
}
