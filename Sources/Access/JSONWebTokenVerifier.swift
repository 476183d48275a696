import JSON

/// Verifies JSON Web Tokens signed with HS256, and reads what they grant.
///
/// The claims that count: `sub` is the identity, `feeds` lists patterns, `exp` and `nbf` bound the time (RFC 7519
/// §4.1). All are optional: a token without `exp` is good until its secret changes, and so are its streams. Others,
/// `aud` and `iss` among them, are ignored: whoever knows the secret may say who reads.
package struct JSONWebTokenVerifier: Sendable {
    /// How far the clock of whoever makes tokens may be off.
    package static let leewayMilliseconds: Int64 = 60_000
    /// As many as the digest has (RFC 7518 §3.2).
    package static let minimumSecretBytes = 32

    /// One for each secret.
    private let codes: [HMAC]

    /// Takes secrets, any of which a token may be signed with, so that they can be rotated.
    ///
    /// - Throws: `badSetting` for a secret that is too short.
    package init(secrets: [String]) throws(AccessError) {
        precondition(!secrets.isEmpty, "There is a secret")
        guard secrets.allSatisfy({ $0.utf8.count >= JSONWebTokenVerifier.minimumSecretBytes }) else {
            throw .badSetting(
                "FLAGPOLE_JWT_SECRET is too short; allowed are \(JSONWebTokenVerifier.minimumSecretBytes) bytes or more"
            )
        }
        codes = secrets.map { HMAC(key: Array($0.utf8)) }
    }

    /// What a token grants at a time given in milliseconds since the Unix epoch.
    ///
    /// The grant ends at `exp`, where the token came before it; within the leeway behind it, at the leeway's end.
    ///
    /// - Throws: `refused`, with what to change.
    package func grant(of text: String, now: Int64) throws(AccessError) -> Grant {
        let token = try JSONWebToken(text)
        guard isSigned(token) else { throw .refused("Sign the token with the secret that the server has.") }
        let claims = try token.claims()
        let notBefore = try Self.time("nbf", in: claims)
        _ = try Self.time("iat", in: claims)
        if let notBefore, now < notBefore - Self.leewayMilliseconds {
            throw .refused("Use the token once its time has come ('nbf').")
        }
        guard let end = try Self.time("exp", in: claims) else {
            return try Grant(claims, identityMember: "sub", expiresAt: nil)
        }
        let lastEnd = end + Self.leewayMilliseconds
        guard now < lastEnd else { throw .refused("Get a new token: this one has expired ('exp').") }
        return try Grant(claims, identityMember: "sub", expiresAt: now < end ? end : lastEnd)
    }

    /// Whether one of the secrets made the signature; all are tried, so the time does not tell which.
    private func isSigned(_ token: JSONWebToken) -> Bool {
        codes.reduce(false) { isSigned, code in
            compareInConstantTime(code.code(for: token.signedBytes), token.signature) || isSigned
        }
    }

    /// A `NumericDate` (RFC 7519 §2), seconds with or without a fraction, in milliseconds.
    ///
    /// What lies more than 30,000 years off is taken for that.
    private static func time(_ name: String, in claims: JSONObject) throws(AccessError) -> Int64? {
        guard let claim = claims[name] else { return nil }
        guard let seconds = claim.asDouble else {
            throw .refused("Make '\(name)' a number: seconds since 1970-01-01T00:00:00Z.")
        }
        return Int64((min(max(seconds, -1e12), 1e12) * 1000).rounded())
    }
}
