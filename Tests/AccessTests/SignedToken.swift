@testable import Access

/// JSON Web Tokens for tests, signed with whatever secret.
enum SignedToken {
    static let secret = "a secret of thirty-two bytes at least"
    static let plainHeader = #"{"alg":"HS256","typ":"JWT"}"#

    static func make(
        header: String = plainHeader, claims: String = #"{"sub":"42"}"#, secret: String = secret
    ) -> String {
        let input = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        let code = HMAC(key: Array(secret.utf8)).code(for: Array(input.utf8))
        return input + "." + Base64URL.encode(code)
    }
}
