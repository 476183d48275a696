import Glibc
import HTTP

extension Configuration {
    /// Whether requests have to call the server by a name of its own: in the mode `open`, and in the mode `proxy` once its
    /// names are told, since a page that was rebound to this machine can say who reads as well as a proxy here can.
    var checksHost: Bool { auth.mode == .open || (auth.mode == .proxy && !server.hosts.isEmpty) }
}

/// What keeps a server on loopback from being used through a browser by a page from elsewhere.
enum RequestGuard {
    /// Refuses a request that calls the server by a name that is not its own, as DNS rebinding does: the Host must be
    /// an IP literal, `localhost`, or configured.
    static func checkHost(_ request: HTTPRequest, allowed: [String]) throws(Problem) {
        guard let host = request.headers["Host"], !isOwn(name(in: host), allowed) else { return }
        throw Problem(
            .misdirectedRequest, "This server is not known by that name; add it to server.hosts in the configuration.")
    }

    /// Refuses a request that changes something on behalf of a page of another origin.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - allowed: The origins whose pages may.
    /// - Throws: 403.
    static func checkOrigin(_ request: HTTPRequest, allowed: [String]) throws(Problem) {
        if let origin = request.headers["Origin"], allowed.contains(origin.lowercased()) { return }
        let site = request.headers["Sec-Fetch-Site"]
        let isForeign = request.headers["Origin"].map { !isSame($0, host: request.headers["Host"]) } ?? false
        guard site == "cross-site" || site == "same-site" || isForeign else { return }
        throw Problem(
            .forbidden, "Pages of another origin may not change anything here; cors.origins names those that may.")
    }

    /// Refuses a body that is not declared as JSON.
    static func checkContentType(_ request: HTTPRequest) throws(Problem) {
        guard mediaType(request) == "application/json" else {
            throw Problem(.unsupportedMediaType, "Send JSON with Content-Type: application/json.")
        }
    }

    /// What the body is declared as, in lower case and without parameters; empty where nothing is said.
    static func mediaType(_ request: HTTPRequest) -> String {
        ParameterizedValue.value(of: request.headers["Content-Type"] ?? "")
    }

    private static func isSame(_ origin: String, host: String?) -> Bool {
        guard let host, let scheme = origin.firstRange(of: "://") else { return false }
        return origin[scheme.upperBound...].lowercased() == host.lowercased()
    }

    /// The name or address in a Host header, without its port.
    private static func name(in host: String) -> String {
        if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
        return Substring(host.utf8.prefix { $0 != UInt8(ascii: ":") }).lowercased()
    }

    private static func isOwn(_ name: String, _ allowed: [String]) -> Bool {
        name == "localhost" || isAddress(name) || allowed.contains(name)
    }

    private static func isAddress(_ name: String) -> Bool {
        var storage = in6_addr()
        return inet_pton(AF_INET, name, &storage) == 1 || inet_pton(AF_INET6, name, &storage) == 1
    }
}
