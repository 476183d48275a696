import HTTP
import HTTPServer

/// What the server answers to.
enum Endpoint: Sendable {
    case stream
    case publish
    case broadcast
    case history
    case unread
    case markRead
    case markUnread
    case remove
    case kinds
    case presence
    case mintToken
    case revokeToken
    case quarantine
    case health
    case readiness
    case metrics
    case file(WebFile)
    case route(Route)

    /// The routes of the API and of the pages, and behind them the user's own.
    static func router(_ routes: [Route] = []) -> Router<Endpoint> {
        var router = Router<Endpoint>()
        router.add(.get, "/v1/stream", .stream)
        router.add(.post, "/v1/feeds/{feed}/notifications", .publish)
        router.add(.post, "/v1/broadcast", .broadcast)
        router.add(.get, "/v1/feeds/{feed}/notifications", .history)
        router.add(.delete, "/v1/feeds/{feed}/notifications/{id}", .remove)
        router.add(.get, "/v1/feeds/{feed}/unread", .unread)
        router.add(.post, "/v1/feeds/{feed}/unread", .markUnread)
        router.add(.post, "/v1/feeds/{feed}/read", .markRead)
        router.add(.get, "/v1/kinds", .kinds)
        router.add(.get, "/v1/presence", .presence)
        router.add(.post, "/v1/tokens", .mintToken)
        router.add(.delete, "/v1/tokens/{token}", .revokeToken)
        router.add(.get, "/v1/quarantine", .quarantine)
        router.add(.get, "/healthz", .health)
        router.add(.get, "/readyz", .readiness)
        router.add(.get, "/metrics", .metrics)
        for file in WebFile.all {
            router.add(.get, file.name == "index.html" ? "/" : "/\(file.name)", .file(file))
        }
        for route in routes { router.add(route.method, route.path, .route(route)) }
        return router
    }

    /// The path of the user's own that it is, if so.
    var route: Route? { if case .route(let route) = self { route } else { nil } }

    /// Whether it answers with an event stream.
    var isStream: Bool {
        switch self {
        case .stream: true
        case .route(let route): route.purpose == .stream
        default: false
        }
    }

    /// Whether anyone may ask: probes and pages, which themselves tell nothing.
    var isPublic: Bool {
        switch self {
        case .health, .readiness, .file: true
        default: false
        }
    }

    /// Whether it tells of more than a reader's feeds, and moves to `server.admin` where there is one.
    var isForOperators: Bool {
        switch self {
        case .metrics, .kinds, .presence, .quarantine: true
        case .file(let file): file.name == "index.html"
        default: false
        }
    }

    /// Whether it answers whatever name the request calls the server by: probes often know only an address.
    var ignoresHost: Bool {
        switch self {
        case .health, .readiness: true
        default: false
        }
    }
}

/// A page, script, style sheet or picture that the binary carries.
struct WebFile: Sendable {
    let name: String
    let contentType: String
    let body: [UInt8]

    static let all = EmbeddedFiles.web.compactMap { file -> WebFile? in
        guard let type = contentType(of: file.name) else { return nil }
        return WebFile(name: file.name, contentType: type, body: Array(file.text.utf8))
    }

    private static func contentType(of name: String) -> String? {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "ts": "text/plain; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        default: nil
        }
    }

    /// The answer, with the headers that keep a page to itself: nothing from elsewhere, no frame, no referrer.
    var response: HTTPResponse {
        var response = HTTPResponse(contentType: contentType, body: body)
        // Not with a script: its policy would govern the worker that it may run as, which pages elsewhere connect with.
        if !name.hasSuffix(".js") {
            response.headers.add(
                "Content-Security-Policy",
                "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        }
        response.headers.add("X-Content-Type-Options", "nosniff")
        response.headers.add("X-Frame-Options", "DENY")
        response.headers.add("Referrer-Policy", "no-referrer")
        response.headers.add("Cache-Control", "no-cache")
        return response
    }
}
