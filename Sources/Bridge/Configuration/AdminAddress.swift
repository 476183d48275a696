import JSON

/// A loopback address of its own for operators.
package struct AdminAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: Int

    /// Reads `127.0.0.1:9090`, `localhost:9090` or `[::1]:9090`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), 1...65_535 ~= port
        else { return nil }
        let host = text[..<colon]
        let isLoopback =
            host == "localhost" || host == "[::1]"
            || (host.hasPrefix("127.") && host.split(separator: ".").count == 4
                && host.split(separator: ".").allSatisfy { UInt8($0) != nil })
        guard isLoopback else { return nil }
        self.host = host == "[::1]" ? "::1" : String(host)
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension SettingDomain<AdminAddress?> {
    static let adminAddress = SettingDomain(
        "null, or a loopback address with a port such as \"127.0.0.1:9090\"",
        fromText: { $0.isEmpty ? .null : .string($0) }
    ) { value -> AdminAddress?? in
        if value.isNull { return .some(nil) }
        return value.asString.flatMap { AdminAddress($0) }.map { .some($0) }
    } write: {
        $0.map { .string($0.description) } ?? .null
    }
}
