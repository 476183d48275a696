import HTTP

/// What a request brings along to show who it is from: a token or an admin key.
///
/// The first place where there is something decides, also where what is there is malformed.
package enum Credential: Equatable, Sendable {
    case absent
    /// The sentence says what to send instead.
    case malformed(String)
    /// Visible ASCII, and otherwise as it came.
    case bearer(String)

    /// Looks for a credential.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - takesQuery: Whether `token` in the query counts: only for a GET of a stream, since URLs stand in logs and
    ///     histories.
    ///   - cookie: The name of the cookie that counts.
    package init(of request: HTTPRequest, takesQuery: Bool, cookie: String) {
        self =
            switch request.headers.values("authorization") {
            case let fields where fields.count > 1: .malformed("Send one Authorization header.")
            case let fields where fields.count == 1: Credential(authorization: fields[0])
            default: Credential(beside: request, takesQuery: takesQuery, cookie: cookie)
            }
    }

    /// Looks where there is no Authorization header.
    private init(beside request: HTTPRequest, takesQuery: Bool, cookie: String) {
        let parameters = takesQuery ? request.target.all("token") : []
        if parameters.count > 1 {
            self = .malformed("Give 'token' once in the query.")
        } else if let token = parameters.first {
            self = Credential(token, from: "the query's 'token'")
        } else if let token = request.headers.cookie(cookie) {
            self = Credential(token, from: "the cookie")
        } else {
            self = .absent
        }
    }

    /// Reads `Bearer TOKEN`, the scheme in any case of letters (RFC 6750 §2.1, RFC 9110 §11.4).
    private init(authorization: String) {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            self = .malformed("Send 'Authorization: Bearer TOKEN'.")
            return
        }
        self = Credential(String(parts[1].drop { $0 == " " }), from: "the Authorization header")
    }

    private init(_ text: String, from place: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            self = .malformed("Send a token of visible ASCII characters in \(place).")
            return
        }
        self = .bearer(text)
    }
}
