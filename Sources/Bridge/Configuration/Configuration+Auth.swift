import Access

extension Configuration {
    /// Who may read and write, and how that is shown.
    package struct Auth: Sendable, Equatable {
        package enum Mode: String, CaseIterable, Sendable {
            /// No check; on loopback only.
            case open
            /// Tokens whose records stand in Redis.
            case token
            /// JSON Web Tokens that the application signs.
            case jwt
            /// A header that a reverse proxy sets.
            case proxy
        }

        package var mode = Mode.open
        /// The cookie that a token may stand in.
        package var cookie = "flagpole_token"
        /// The header that names the identity in the mode `proxy`.
        package var proxyHeader = "X-Forwarded-User"
        /// Addresses and ranges of the proxies that are believed.
        package var trustedProxies = ["127.0.0.1", "::1"]
        /// The text of `FLAGPOLE_ADMIN_KEY`: keys of writers and operators.
        package var adminKeys = ""
        /// The text of `FLAGPOLE_JWT_SECRET`.
        package var secret = ""

        static let settings: [Setting<Configuration>] = [
            Setting("auth.mode", \.auth.mode, .choice()),
            Setting("auth.cookie", \.auth.cookie, .httpToken("the name of a cookie")),
            Setting("auth.proxy_header", \.auth.proxyHeader, .httpToken("the name of a header")),
            Setting("auth.trusted_proxies", \.auth.trustedProxies, .addressRanges),
        ]

        /// The keys.
        ///
        /// - Throws: `AccessError.badSetting` where one cannot be used.
        func keys() throws(AccessError) -> AdminKeys { try AdminKeys(adminKeys) }

        /// A key that the program's own commands may present; the first, as it stands.
        package var ownKey: String? {
            adminKeys.split(separator: ",").first.flatMap { $0.split(whereSeparator: \.isWhitespace).first }.map(
                String.init)
        }
    }

    /// Pages of which origins may use the API.
    package struct CORS: Sendable, Equatable {
        /// Such as `https://app.example`.
        package var origins: [String] = []

        static let settings: [Setting<Configuration>] = [Setting("cors.origins", \.cors.origins, .origins)]
    }
}
