import Feeds
import TestSupport
import Testing

@testable import Access

struct JSONWebTokenTests {
    private let now: Int64 = 1_700_000_000_000

    private func grant(
        _ token: String, now: Int64? = nil, secrets: [String] = [SignedToken.secret]
    ) throws(AccessError) -> Grant {
        try JSONWebTokenVerifier(secrets: secrets).grant(of: token, now: now ?? self.now)
    }

    /// What to change, according to the refusal; nil where there is none.
    private func refusal(_ token: String, secrets: [String] = [SignedToken.secret]) -> String? {
        do throws(AccessError) {
            _ = try grant(token, secrets: secrets)
            return nil
        } catch {
            guard case .refused(let sentence) = error else { return nil }
            return sentence
        }
    }

    @Test func `a token made by another program is taken`() throws {
        // Made by: printf '%s' "$input" | openssl dgst -sha256 -hmac "$secret" -binary | basenc --base64url | tr -d =
        let token =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsImZlZWRzIjpbImpvYjoqIl0sImV4cCI6MTgwMDAwMDAwMH0."
            + "hSCvwnx-Ts4wQDH_uKb3E4aQOlJN3GTGzUI1bzaYmy4"
        let grant = try grant(token)
        #expect(grant.identity?.description == "42")
        #expect(grant.patterns == [.kind("job")])
        #expect(grant.expiresAt == 1_800_000_000_000)
    }

    /// RFC 7515 appendix A.1, whose line breaks are part of what is signed.
    @Test func `the standard's example is verified`() throws {
        let example =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
            + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let key = try #require(
            Base64URL.decode(
                "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow".utf8))
        let token = try JSONWebToken(example)
        #expect(HMAC(key: key).code(for: token.signedBytes) == token.signature)
        #expect(try token.claims()["iss"] == .string("joe"))
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":""}"#, #"{"alg":"hs256"}"#, #"{"alg":"HS512"}"#,
        #"{"alg":"HS384"}"#, #"{"alg":"RS256"}"#, #"{"alg":"ES256"}"#, #"{"alg":"HS256 "}"#, #"{"alg":["HS256"]}"#,
        #"{"alg":null}"#, #"{"alg":256}"#, #"{"typ":"JWT"}"#, "{}", #"{"ALG":"HS256"}"#,
        #"{"alg":"HS256","alg":"none"}"#,
    ])
    func `another algorithm than HS256 is refused, though the signature is right`(header: String) {
        #expect(refusal(SignedToken.make(header: header)) == "Sign the token with HS256.")
    }

    @Test(arguments: [
        #"{"alg":"HS256"}"#, #"{"alg":"HS256","typ":"at+jwt"}"#, #"{"alg":"HS256","typ":7}"#,
        #"{"alg":"HS256","kid":"1","jku":"https://example.com/keys"}"#, #" { "alg" : "HS\u003256" } "#,
        #"{"alg":"none","alg":"HS256"}"#,
    ])
    func `what else the header says does not matter`(header: String) {
        #expect(refusal(SignedToken.make(header: header)) == nil)
    }

    @Test(arguments: [#"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":"HS256","crit":[],"exp":1}"#])
    func `extensions that must be understood are refused`(header: String) {
        #expect(refusal(SignedToken.make(header: header)) == "Leave out the token's 'crit' header.")
    }

    @Test(arguments: [
        "", ".", "..", "a.b", "a.b.c.d", "....", "not a token", "[].e30.AA", "W10.e30.AA", "e30", "é.é.é",
    ])
    func `what is no token is refused`(text: String) {
        #expect(refusal(text) != nil)
    }

    @Test func `a token without its signature, or with only a part of it, is refused`() throws {
        let token = SignedToken.make()
        let dot = try #require(token.lastIndex(of: "."))
        for length in 0..<43 {
            #expect(refusal(token[...dot] + String(token[dot...].dropFirst().prefix(length))) != nil)
        }
        #expect(refusal(token + "AAAA") != nil)
        #expect(refusal(token + "=") != nil)
        #expect(refusal(token + ".") != nil)
        #expect(refusal(token + ".AAAA") != nil)
        #expect(refusal(token) == nil)
    }

    @Test func `a token in which any one character is another is refused`() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.".utf8)
        let token = Array(SignedToken.make(claims: #"{"sub":"42","exp":1800000000}"#).utf8)
        var random = SeededGenerator(seed: 1)
        for index in token.indices {
            for _ in 0..<4 {
                var changed = token
                changed[index] = alphabet.any(&random)
                guard changed != token else { continue }
                #expect(refusal(String(decoding: changed, as: UTF8.self)) != nil, "at \(index)")
            }
        }
    }

    @Test func `claims are not looked at before the signature is verified`() {
        let forged = SignedToken.make(claims: "not JSON", secret: "the secret of somebody else entirely")
        #expect(refusal(forged) == "Sign the token with the secret that the server has.")
        #expect(refusal(SignedToken.make(claims: "not JSON"))?.contains("claims") == true)
        #expect(refusal(SignedToken.make(claims: "[]"))?.contains("claims") == true)
    }

    @Test func `a token is good while any of the secrets made it`() {
        let other = String(repeating: "b", count: 32)
        for secrets in [[SignedToken.secret, other], [other, SignedToken.secret]] {
            #expect(refusal(SignedToken.make(), secrets: secrets) == nil)
            #expect(refusal(SignedToken.make(secret: other), secrets: secrets) == nil)
            #expect(refusal(SignedToken.make(secret: other + "b"), secrets: secrets) != nil)
        }
    }

    @Test func `a secret has at least 32 bytes, and an error does not tell it`() {
        #expect(throws: Never.self) { try JSONWebTokenVerifier(secrets: [String(repeating: "é", count: 16)]) }
        let short = String(repeating: "s", count: 31)
        #expect {
            try JSONWebTokenVerifier(secrets: [SignedToken.secret, short])
        } throws: { error in
            guard case .badSetting(let sentence)? = error as? AccessError else { return false }
            return sentence.contains("FLAGPOLE_JWT_SECRET") && sentence.contains("32") && !sentence.contains(short)
        }
    }

    @Test func `a token may have 8 KiB and no more`() {
        func token(_ length: Int) -> String {
            // Base64URL makes four characters of three bytes; the rest is filled by the header's.
            var claims = #"{"sub":"42","more":""#
            while true {
                let made = SignedToken.make(claims: claims + #""}"#)
                if made.utf8.count >= length { return made }
                claims += String(repeating: "x", count: max(1, (length - made.utf8.count) * 3 / 4))
            }
        }
        #expect(token(8192).utf8.count == 8192)
        #expect(refusal(token(8192)) == nil)
        #expect(refusal(token(8193))?.contains("8192") == true)
    }
}
