import HTTP

/// What browsers are told about pages of other origins (Fetch Standard §3.3).
struct CrossOrigin: Sendable {
    private static let requestHeaders = "Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID"

    private static let varying: HTTPHeaders = ["Vary": "Origin"]

    /// In lower case.
    private let origins: Set<String>
    private var allows = true

    init(_ origins: [String]) { self.origins = Set(origins) }

    /// The same for what pages of other origins have no part in, whichever they are.
    var refusing: CrossOrigin {
        var refusing = self
        refusing.allows = false
        return refusing
    }

    /// What every answer to a request carries: an answer to one origin is not to be taken for one to another.
    ///
    /// `request` is nil where nothing of it was understood.
    func headers(for request: HTTPRequest?) -> HTTPHeaders {
        var headers = Self.varying
        guard let origin = request.flatMap(allowedOrigin) else { return headers }
        headers.add("Access-Control-Allow-Origin", origin)
        headers.add("Access-Control-Allow-Credentials", "true")
        headers.add("Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate")
        return headers
    }

    /// What answers the question that a browser asks before it sends a request; `nil` for another OPTIONS request.
    func preflight(_ request: HTTPRequest, allowed methods: [HTTPMethod]) -> HTTPHeaders? {
        guard allowedOrigin(of: request) != nil, request.headers["Access-Control-Request-Method"] != nil else {
            return nil
        }
        return [
            "Access-Control-Allow-Methods": methods.map(\.name).joined(separator: ", "),
            "Access-Control-Allow-Headers": Self.requestHeaders, "Access-Control-Max-Age": "600",
        ]
    }

    private func allowedOrigin(of request: HTTPRequest) -> String? {
        guard allows else { return nil }
        return request.headers["Origin"].flatMap { origins.contains($0.lowercased()) ? $0 : nil }
    }
}
