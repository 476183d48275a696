import HTTP

/// Maps a request's method and path to an endpoint.
///
/// A pattern's segments are literal, or `{name}` for any one segment; a slash at its end counts.
package struct Router<Endpoint: Sendable>: Sendable {
    private struct Route {
        let method: HTTPMethod
        let segments: [Segment]
        let endpoint: Endpoint
    }

    private enum Segment: Equatable {
        case literal(String)
        case parameter

        func matches(_ text: String) -> Bool {
            switch self {
            case .literal(let literal): literal == text
            case .parameter: !text.isEmpty
            }
        }
    }

    package enum Match {
        /// The endpoint, and the segments that stood at its parameters.
        case found(Endpoint, parameters: [String])
        /// The path exists, but not for this method; RFC 9110 §15.5.6 wants the ones that it has in `Allow`.
        case methodNotAllowed(allow: [HTTPMethod])
        case notFound
    }

    private var routes: [Route] = []

    package init() {}

    /// Whether a path that a pattern stands for has an endpoint already, for a method or for any.
    package func overlaps(_ pattern: String, method: HTTPMethod? = nil) -> Bool {
        let segments = Self.segments(pattern)
        return routes.contains { route in
            method.map { $0 == route.method } ?? true && route.segments.count == segments.count
                && zip(route.segments, segments).allSatisfy { $0 == .parameter || $1 == .parameter || $0 == $1 }
        }
    }

    /// Adds a route, such as `("GET", "/v1/feeds/{feed}/unread")`.
    ///
    /// A GET route answers HEAD too.
    package mutating func add(_ method: HTTPMethod, _ pattern: String, _ endpoint: Endpoint) {
        routes.append(Route(method: method, segments: Self.segments(pattern), endpoint: endpoint))
    }

    private static func segments(_ pattern: String) -> [Segment] {
        guard pattern != "/" else { return [] }
        return pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
            $0.hasPrefix("{") ? .parameter : .literal(String($0))
        }
    }

    package func match(_ method: HTTPMethod, _ target: RequestTarget) -> Match {
        // It is no path, and has as few segments as the one of `/`.
        guard target.raw != "*" else { return .notFound }
        let segments = target.segments
        var allowed: [HTTPMethod] = []
        let wanted = method == .head ? .get : method
        for route in routes where route.segments.count == segments.count {
            guard zip(route.segments, segments).allSatisfy({ $0.matches($1) }) else { continue }
            if route.method == wanted {
                let parameters = zip(route.segments, segments).compactMap { $0 == .parameter ? $1 : nil }
                return .found(route.endpoint, parameters: parameters)
            }
            allowed.append(route.method)
            if route.method == .get { allowed.append(.head) }
        }
        return allowed.isEmpty ? .notFound : .methodNotAllowed(allow: allowed + [.options])
    }
}
