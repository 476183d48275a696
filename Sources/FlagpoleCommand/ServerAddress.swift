import HTTP

/// Where a bridge is reached over HTTP.
struct ServerAddress: Sendable, CustomStringConvertible {
    enum Endpoint: Sendable, Equatable {
        case tcp(host: String, port: String)
        case unix(path: String)
    }

    let endpoint: Endpoint
    /// The admin key to present, if there is one.
    var key: String?

    init(_ endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    /// Reads `http://host[:port]`, an IPv6 address in brackets, or `unix:///path`.
    init(parsing url: String) throws(CommandError) {
        if url.hasPrefix("unix:///") {
            self.init(.unix(path: String(url.dropFirst("unix://".count))))
            return
        }
        let scheme = "http://"
        guard url.hasPrefix(scheme) else {
            throw .usage("--url is \(url.printable): \(Self.allowed); HTTPS is not spoken")
        }
        var authority = url.dropFirst(scheme.count)
        if authority.hasSuffix("/") { authority.removeLast() }
        let isBracketed = authority.hasPrefix("[")
        let hostEnd = authority.firstIndex(of: isBracketed ? "]" : ":") ?? authority.endIndex
        let host = authority[..<hostEnd].dropFirst(isBracketed ? 1 : 0)
        let rest = authority[hostEnd...].dropFirst(isBracketed ? 1 : 0)
        let port = rest.isEmpty ? "80" : String(rest.dropFirst())
        guard Self.isHost(host), rest.isEmpty || rest.hasPrefix(":"), let number = UInt16(port), number > 0 else {
            throw .usage("--url is \(url.printable): \(Self.allowed)")
        }
        self.init(.tcp(host: String(host), port: port))
    }

    private static let allowed = "allowed is http://HOST[:PORT] or unix:///PATH"

    /// What the Host field says (RFC 9110 §7.2).
    var authority: String {
        switch endpoint {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix: "localhost"
        }
    }

    /// Whether it is on this machine.
    var isLocal: Bool {
        switch endpoint {
        case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
        case .unix: true
        }
    }

    /// The header that shows the key.
    var authorization: [String] { key.map { ["Authorization: Bearer \($0)"] } ?? [] }

    var description: String {
        switch endpoint {
        case .tcp: "http://\(authority)"
        case .unix(let path): "unix://\(path)"
        }
    }

    private static func isHost(_ host: Substring) -> Bool {
        !host.isEmpty && host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_:%".contains($0)) }
    }
}
