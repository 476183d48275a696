import Testing

@testable import Access

struct JSONWebTokenClaimsTests {
    private func grant(_ claims: String, now: Int64) throws(AccessError) -> Grant {
        try JSONWebTokenVerifier(secrets: [SignedToken.secret]).grant(of: SignedToken.make(claims: claims), now: now)
    }

    @Test func `a token is good until its end, and for a minute more`() throws {
        let claims = #"{"sub":"42","exp":1000}"#
        #expect(try grant(claims, now: 0).expiresAt == 1_000_000)
        #expect(try grant(claims, now: 999_999).expiresAt == 1_000_000)
        #expect(try grant(claims, now: 1_000_000).expiresAt == 1_060_000)
        #expect(try grant(claims, now: 1_059_999).expiresAt == 1_060_000)
        #expect(throws: AccessError.refused("Get a new token: this one has expired ('exp').")) {
            try grant(claims, now: 1_060_000)
        }
    }

    @Test func `a token is good from its beginning, and for a minute before`() throws {
        let claims = #"{"sub":"42","nbf":1000}"#
        #expect(try grant(claims, now: 940_000).expiresAt == nil)
        #expect(throws: AccessError.refused("Use the token once its time has come ('nbf').")) {
            try grant(claims, now: 939_999)
        }
    }

    @Test func `when a token was made does not matter`() throws {
        #expect(try grant(#"{"sub":"42","iat":99999999}"#, now: 0).identity?.description == "42")
    }

    @Test(arguments: [
        ("1000", 1_000_000), ("1000.5", 1_000_500), ("1e3", 1_000_000), ("1000.0004", 1_000_000),
        ("1e300", 1_000_000_000_000_000),
    ])
    func `times are numbers, integers or not`(literal: String, end: Int64) throws {
        #expect(try grant(#"{"sub":"42","exp":\#(literal),"nbf":-1e300,"iat":0.5}"#, now: 0).expiresAt == end)
    }

    @Test(arguments: ["exp", "nbf", "iat"])
    func `what is no number is no time`(name: String) {
        for value in [#""1800000000""#, "null", "true", "[]", "{}", "1e999"] {
            #expect(throws: AccessError.refused("Make '\(name)' a number: seconds since 1970-01-01T00:00:00Z.")) {
                try grant(#"{"sub":"42","\#(name)":\#(value)}"#, now: 0)
            }
        }
    }

    @Test func `of repeated claims the last counts`() throws {
        let grant = try grant(#"{"sub":"1","exp":5,"feeds":["user:1"],"sub":"2","exp":9,"feeds":["job:*"]}"#, now: 0)
        #expect(grant == Grant(identity: Identity("2"), patterns: [.kind("job")], expiresAt: 9000))
    }

    @Test func `claims that name neither who nor what grant nothing`() {
        for claims in ["{}", #"{"exp":1800000000}"#, #"{"sub":null,"feeds":null}"#, #"{"Sub":"42"}"#] {
            #expect(throws: AccessError.self) { try grant(claims, now: 0) }
        }
    }

    @Test(arguments: [
        #"{"sub":42}"#, #"{"sub":""}"#, #"{"sub":"a b"}"#, #"{"sub":"4:2"}"#, #"{"sub":"*"}"#, #"{"sub":"é"}"#,
        #"{"sub":["42"]}"#, #"{"sub":"42\u0000"}"#, #"{"sub":"42","feeds":"job:*"}"#, #"{"sub":"42","feeds":["*"]}"#,
        #"{"sub":"42","feeds":["job:7","job"]}"#, #"{"sub":"42","feeds":[7]}"#, #"{"sub":"42","feeds":{}}"#,
    ])
    func `a claim that cannot be understood makes the token no grant`(claims: String) {
        #expect(throws: AccessError.self) { try grant(claims, now: 0) }
    }
}
