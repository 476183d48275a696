import Access
import Feeds
import HTTP
import HTTPServer
import Reactor

/// Finds out who a request is from.
struct Gatekeeper: Sendable {
    /// What a request has shown.
    enum Finding: Sendable {
        case caller(Caller)
        /// Redis knows whether the token is good.
        case ask(Token)
    }

    private let auth: Configuration.Auth
    private let keys: AdminKeys
    private let verifier: JSONWebTokenVerifier?
    private let proxies: TrustedProxies

    /// - Throws: `AccessError.badSetting` where keys or secret cannot be used.
    init(_ auth: Configuration.Auth) throws(AccessError) {
        self.auth = auth
        keys = try auth.keys()
        verifier = auth.mode == .jwt ? try JSONWebTokenVerifier(secrets: [auth.secret]) : nil
        proxies = TrustedProxies(auth.trustedProxies.compactMap { AddressRange($0) })
    }

    /// Who the request is from.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - peer: Where its connection comes from.
    ///   - takesQuery: Whether a token may stand in the query.
    /// - Returns: The caller, or the token that Redis is to be asked for.
    /// - Throws: 401 where nothing was shown, or what was shown is not good.
    func identify(_ request: HTTPRequest, from peer: PeerAddress, takesQuery: Bool) throws(Problem) -> Finding {
        guard auth.mode != .open else { return .caller(.anyone) }
        let credential = Credential(of: request, takesQuery: takesQuery, cookie: auth.cookie)
        // A key does not belong into a URL or a cookie.
        if case .bearer(let text) = credential, request.headers["Authorization"] != nil,
            let (number, scope) = keys.find(text)
        {
            return .caller(.keyHolder(scope, number: number))
        }
        if auth.mode == .proxy { return .caller(.reader(try proxied(request, peer), by: .proxy)) }
        switch credential {
        case .absent:
            throw Gatekeeper.refusal(
                "Send a token to read, an admin key to write, as Authorization: Bearer.", error: nil)
        case .malformed(let advice):
            throw Gatekeeper.refusal(advice, error: "invalid_request")
        case .bearer(let text):
            guard let verifier else {
                guard let token = Token(text) else { throw Gatekeeper.unknownToken }
                return .ask(token)
            }
            do throws(AccessError) {
                let grant = try verifier.grant(of: text, now: WallClock.unixMilliseconds)
                return .caller(.reader(grant, by: .signed(digest: SHA256.digest(of: Array(text.utf8)))))
            } catch {
                throw Gatekeeper.refusal(error.advice, error: "invalid_token")
            }
        }
    }

    /// The address that a request counts for: behind a trusted proxy the one that it was forwarded for; of an IPv6 address
    /// its network, since whoever has one mostly has all of a /64.
    func address(of request: HTTPRequest, from peer: PeerAddress) -> IPAddress? {
        proxies.clientAddress(
            forwardedFor: request.headers.values("x-forwarded-for"), peer: IPAddress(peer.description))?.network
    }

    static let unknownToken = refusal(
        "This token is not known, or no longer; get a new one.", error: "invalid_token")

    /// What the proxy says.
    ///
    /// Of anyone else it is ignored; what comes by a Unix socket comes from a proxy.
    private func proxied(_ request: HTTPRequest, _ peer: PeerAddress) throws(Problem) -> Grant {
        let isTrusted = IPAddress(peer.description).map(proxies.contains) ?? true
        let values = isTrusted ? request.headers.values(auth.proxyHeader.lowercased()) : []
        guard values.count == 1, let identity = Identity(values[0]) else {
            throw Gatekeeper.refusal("Sign in: the proxy in front of this server says who you are.", error: nil)
        }
        return Grant(identity: identity)
    }

    /// 401, with the scheme that is asked for (RFC 6750 §3).
    private static func refusal(_ detail: String, error: String?) -> Problem {
        let challenge = error.map { "Bearer error=\"\($0)\"" } ?? "Bearer"
        return Problem(.unauthorized, detail, headers: [("WWW-Authenticate", challenge)])
    }
}

extension AccessError {
    /// The sentence that says what to change.
    var advice: String {
        switch self {
        case .badSetting(let text), .refused(let text): text
        }
    }
}
