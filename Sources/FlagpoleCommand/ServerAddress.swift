import HTTP

/// Where a bridge is reached over HTTP.
struct ServerAddress: Sendable, CustomStringConvertible {
    let host: String
    let port: String
    /// The admin key to present, if there is one.
    var key: String?

    init(host: String, port: Int) {
        self.host = host
        self.port = String(port)
    }

    /// Reads `http://host[:port]`, an IPv6 address in brackets.
    init(parsing url: String) throws(CommandError) {
        let scheme = "http://"
        guard url.hasPrefix(scheme) else {
            throw .usage("--url is \(url.printable): allowed is http://HOST[:PORT]; HTTPS is not spoken")
        }
        var authority = url.dropFirst(scheme.count)
        if authority.hasSuffix("/") { authority.removeLast() }
        let isBracketed = authority.hasPrefix("[")
        let hostEnd = authority.firstIndex(of: isBracketed ? "]" : ":") ?? authority.endIndex
        let host = authority[..<hostEnd].dropFirst(isBracketed ? 1 : 0)
        let rest = authority[hostEnd...].dropFirst(isBracketed ? 1 : 0)
        let port = rest.isEmpty ? "80" : String(rest.dropFirst())
        guard Self.isHost(host), rest.isEmpty || rest.hasPrefix(":"), let number = UInt16(port), number > 0 else {
            throw .usage("--url is \(url.printable): allowed is http://HOST[:PORT]")
        }
        (self.host, self.port) = (String(host), port)
    }

    /// What the Host field says (RFC 9110 §7.2).
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether it is on this machine.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// The header that shows the key.
    var authorization: [String] { key.map { ["Authorization: Bearer \($0)"] } ?? [] }

    var description: String { "http://\(authority)" }

    private static func isHost(_ host: Substring) -> Bool {
        !host.isEmpty && host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_:%".contains($0)) }
    }
}
