extension RedisEndpoint {
    private typealias Text = Substring.UnicodeScalarView

    /// Reads `redis://[user:password@]host[:port][/database]` or `unix://[user:password@]/path[?db=number]`.
    ///
    /// User, password and path are percent-decoded, an IPv6 host stands in brackets, and an empty password is none.
    ///
    /// - Throws: ``RedisError/invalidURL(_:)``, whose text holds nothing of the URL, since that may hold a secret.
    package init(parsing url: String) throws(RedisError) {
        let text = Substring(url).unicodeScalars
        if let rest = Self.drop("redis://", from: text) {
            try self.init(tcp: rest)
        } else if let rest = Self.drop("unix://", from: text) {
            try self.init(unix: rest)
        } else if Self.drop("rediss://", from: text) != nil {
            throw Self.invalid("TLS is not spoken")
        } else {
            throw Self.invalid("the address must begin with redis:// or unix://")
        }
    }

    private init(tcp text: Text) throws(RedisError) {
        let authority = text.prefix { $0 != "/" }
        let (credentials, hostAndPort) = Self.splitCredentials(authority)
        self.init(try Self.address(hostAndPort))
        try authenticate(credentials)

        let path = text[authority.endIndex...].dropFirst()
        database = path.isEmpty ? 0 : try Self.database(path)
    }

    private init(unix text: Text) throws(RedisError) {
        let (credentials, missing) = Self.splitCredentials(text.prefix { $0 != "/" })
        let pathAndQuery = text.drop { $0 != "/" }
        let path = pathAndQuery.prefix { $0 != "?" }
        guard missing.isEmpty, path.count > 1 else {
            throw Self.invalid("the path of the socket must be absolute, with three slashes after 'unix:'")
        }
        let decoded = try Self.percentDecoded(path)
        guard decoded.utf8.count <= Self.longestPath else { throw Self.invalid(Self.pathTooLong(decoded)) }
        self.init(.unix(path: decoded))
        try authenticate(credentials)

        let query = pathAndQuery[path.endIndex...]
        guard !query.isEmpty else { return }
        guard let number = Self.drop("?db=", from: query) else { throw Self.invalid("the only option is ?db=") }
        database = try Self.database(number)
    }

    private mutating func authenticate(_ credentials: Text?) throws(RedisError) {
        guard let credentials else { return }
        guard let colon = credentials.firstIndex(of: ":") else {
            throw Self.invalid("a password alone is written ':password@', a user with one 'user:password@'")
        }
        let name = try Self.percentDecoded(credentials[..<colon])
        let secret = try Self.percentDecoded(credentials[colon...].dropFirst())
        guard name.isEmpty || !secret.isEmpty else { throw Self.invalid("a user needs a password") }
        user = name.isEmpty ? nil : name
        password = secret.isEmpty ? nil : secret
    }

    private static func splitCredentials(_ authority: Text) -> (credentials: Text?, rest: Text) {
        guard let at = authority.lastIndex(of: "@") else { return (nil, authority) }
        return (authority[..<at], authority[at...].dropFirst())
    }

    private static func address(_ text: Text) throws(RedisError) -> Address {
        let host: Text
        let port: Text
        if let inner = drop("[", from: text) {
            host = inner.prefix { $0 != "]" }
            guard host.endIndex < inner.endIndex, host.allSatisfy({ isInName($0) || $0 == ":" || $0 == "%" }) else {
                throw invalid("an IPv6 address stands in brackets")
            }
            port = inner[host.endIndex...].dropFirst()
        } else {
            host = text.prefix { $0 != ":" }
            guard host.allSatisfy(isInName) else { throw invalid("the host has a character that no host name has") }
            port = text[host.endIndex...]
        }
        guard !host.isEmpty else { throw invalid("the host is missing") }
        guard !port.isEmpty else { return .tcp(host: String(host), port: defaultPort) }
        guard let digits = drop(":", from: port), let number = decimal(digits), (1...65535).contains(number) else {
            throw invalid("the port is a number from 1 to 65535, and an IPv6 address stands in brackets")
        }
        return .tcp(host: String(host), port: UInt16(number))
    }

    private static func database(_ text: Text) throws(RedisError) -> Int {
        guard let number = decimal(text) else {
            throw invalid(
                "the database is a number from 0 to \(Int32.max), and '/', '?', '#' and '@' in a password are percent-encoded"
            )
        }
        return Int(number)
    }

    static func pathTooLong(_ path: String) -> String {
        "the path of the socket has \(path.utf8.count) bytes, and no socket can have more than \(longestPath)"
    }

    private static func invalid(_ reason: String) -> RedisError {
        .invalidURL(
            "\(reason); allowed are redis://[user:password@]host[:port][/database] and unix://[user:password@]/path[?db=number]"
        )
    }

    private static func drop(_ prefix: String, from text: Text) -> Text? {
        text.starts(with: prefix.unicodeScalars) ? text.dropFirst(prefix.unicodeScalars.count) : nil
    }

    private static func isInName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
        default: false
        }
    }

    private static func decimal(_ text: Text) -> Int32? {
        text.allSatisfy { ("0"..."9").contains($0) } ? Int32(String(text)) : nil
    }

    private static func percentDecoded(_ text: Text) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = Substring(rest.prefix(2))
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16),
                value != 0
            else { throw invalid("a percent sign is written %25, and begins two hexadecimal digits other than 00") }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw invalid("what is percent-encoded is not UTF-8")
        }
        return decoded
    }
}
