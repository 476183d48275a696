import HTTP

/// Maps a request's method and path to an endpoint.
///
/// A pattern's segments are literal, or `{name}` for any one segment; a slash at its end counts.
package struct Router<Endpoint: Sendable>: Sendable {
    package enum Match {
        /// The endpoint, and the segments that stood at its parameters.
        case found(Endpoint, parameters: [String])
        /// The path exists, but not for this method; RFC 9110 §15.5.6 wants the ones that it has in `Allow`.
        case methodNotAllowed(allow: [HTTPMethod])
        case notFound
    }

    private var patterns: [RoutePattern] = []
    private var endpoints: [Endpoint] = []

    package init() {}

    /// Whether a path that a pattern stands for has an endpoint already, for a method or for any.
    package func overlaps(_ pattern: String, method: HTTPMethod? = nil) -> Bool {
        let other = RoutePattern(.get, pattern)
        return patterns.contains { pattern in
            method.map { $0 == pattern.method } ?? true && pattern.overlaps(other)
        }
    }

    /// Adds a route, such as `("GET", "/v1/feeds/{feed}/unread")`.
    ///
    /// A GET route answers HEAD too.
    package mutating func add(_ method: HTTPMethod, _ pattern: String, _ endpoint: Endpoint) {
        patterns.append(RoutePattern(method, pattern))
        endpoints.append(endpoint)
    }

    package func match(_ method: HTTPMethod, _ target: RequestTarget) -> Match {
        // It is no path, and has as few segments as the one of `/`.
        guard target.raw != "*" else { return .notFound }
        switch RoutePattern.match(patterns, method, target.segments) {
        case .found(let index, let parameters): return .found(endpoints[index], parameters: parameters)
        case .otherMethods(let allowed): return .methodNotAllowed(allow: allowed)
        case .none: return .notFound
        }
    }
}
