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
            guard let fields = URLEncodedForm.parse(request.body) else {
                throw Problem(.badRequest, "The body is no form in UTF-8.")
            }
            var object = JSONObject()
            for (name, value) in fields { object[name] = .string(value) }
            return object
        default:
            throw Problem(
                .unsupportedMediaType,
                "Send JSON (Content-Type: application/json) or a form (application/x-www-form-urlencoded).")
        }
    }

    // MARK: - Parameters

    /// A parameter: from the path, else the body, else the query; nil where it is missing, null or empty.
    private func value(_ name: String) -> JSONValue? {
        let value = path[name].map { .string($0) } ?? body[name] ?? request.target.first(name).map { .string($0) }
        return value == .null || value == .string("") ? nil : value
    }

    private func text(_ name: String) throws(Problem) -> String {
        if name == Route.identity, let identity { return identity.description }
        switch value(name) {
        case .string(let text): return text
        case .number(let digits): return digits
        case nil: throw route.missing([name])
        default: throw Problem(.badRequest, "\(name) is text or a number.")
        }
    }

    private func fill(_ template: TextTemplate) throws(Problem) -> String {
        try template.filled { name throws(Problem) in try text(name) }
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
            let id = try fill(template.id)
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
        var pairs = feeds.map { ("feed", $0.text) }
        if route.asksForEvents { pairs.append(("events", "1")) }
        for (name, value) in route.query {
            for text in value.queryTexts { pairs.append((name, text)) }
        }
        let taken = ["feed", "events", "token"]
        pairs += request.target.query.filter { !taken.contains($0.name) && route.query[$0.name] == nil }
        let query = pairs.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        guard let target = RequestTarget("\(path)?\(query.joined(separator: "&"))") else {
            throw Problem(.badRequest, "The query cannot be read.")
        }
        var request = request
        request.target = target
        return request
    }

    /// What is to be published.
    func notification() throws(Problem) -> JSONObject {
        try checkMissing()
        for (name, limit) in route.maxLengths { try check(name, limit.asInt ?? 0) }
        var notification = JSONObject()
        if let members = route.members {
            for name in members { notification[name] = value(name) }
        } else {
            notification = body
        }
        for (name, value) in route.set {
            if let template = value.asString.flatMap({ TextTemplate($0) }) {
                notification[name] = .string(try fill(template))
            } else {
                notification[name] = value
            }
        }
        return notification
    }

    private func check(_ name: String, _ limit: Int) throws(Problem) {
        guard value(name) != nil else { return }
        guard try text(name).unicodeScalars.count <= limit else {
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
