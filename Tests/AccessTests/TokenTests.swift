import Testing

@testable import Access

struct TokenTests {
    @Test func `a token has 16 to 512 characters of these`() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-".unicodeScalars)
        for scalar in (UInt8.min...UInt8.max).map({ Unicode.Scalar($0) }) {
            let text = String(repeating: "a", count: 15) + String(scalar)
            #expect((Token(text) != nil) == allowed.contains(scalar), "\(scalar)")
        }
        for (length, isToken) in [(0, false), (15, false), (16, true), (512, true), (513, false)] {
            #expect((Token(String(repeating: "a", count: length)) != nil) == isToken)
        }
    }

    @Test func `tokens that are made are tokens, long enough and different`() {
        let tokens = Set((0..<1000).map { _ in Token.make() })
        #expect(tokens.count == 1000)
        for token in tokens { #expect(token.text.utf8.count == 43 && Token(token.text) == token) }
        // Each of the 64 characters shows up: nothing of the 256 bits is constant.
        #expect(Set(tokens.map(\.text).joined()).count == 64)
    }

    @Test func `no token that is made looks like an option`() {
        // Of a thousand that were drawn alike sixteen would.
        #expect(!(0..<1000).contains { _ in Token.make().text.hasPrefix("-") })
    }

    @Test func `a token's key is its own, and its description does not tell it`() throws {
        let token = try #require(Token("sixteen-letters~"))
        #expect(token.key == "flagpole:token:sixteen-letters~")
        #expect(!"\(token) \(String(describing: token))".contains("sixteen"))
    }

    @Test(
        arguments: [
            (#"{"feeds":["user:42"],"identity":"42"}"#, "42", ["user:42"]), (#"{"identity":"a@b"}"#, "a@b", []),
            (#"{"feeds":["job:*","chat:1","job:*"]}"#, nil, ["chat:1", "job:*"]),
            (#"{"feeds":[],"identity":null,"more":{"feeds":7}}"#, nil, []),
            (#" {"identity":"1","identity":"2","feeds":null} "#, "2", []),
        ] as [(String, String?, [String])])
    func `a record says who and what`(record: String, identity: String?, patterns: [String]) throws {
        let grant = try TokenRecord.grant(Array(record.utf8), expiresAt: 7)
        #expect(grant.identity?.description == identity)
        #expect(grant.patterns.map(\.description).sorted() == patterns)
        #expect(grant.expiresAt == 7)
    }

    @Test(arguments: [
        ("", "JSON object"), ("1", "JSON object"), ("[]", "JSON object"), ("{", "JSON object"), ("\u{FEFF}{}", "JSON"),
        ("{}", "'identity' or 'feeds'"), (#"{"feeds":null}"#, "'identity' or 'feeds'"),
        (#"{"feeds":"user:42"}"#, "array"),
        (#"{"feeds":["user:42","*"]}"#, "feeds[1]"), (#"{"feeds":[["user:42"]]}"#, "feeds[0]"),
        (#"{"identity":42}"#, "'identity'"), (#"{"identity":"","feeds":["user:42"]}"#, "'identity'"),
    ])
    func `a record that cannot be understood grants nothing and says why`(record: String, reason: String) {
        #expect {
            try TokenRecord.grant(Array(record.utf8), expiresAt: nil)
        } throws: { error in
            guard case .refused(let sentence)? = error as? AccessError else { return false }
            return sentence.contains(reason)
        }
    }

    @Test func `a record of more than 64 KiB is not read`() throws {
        let record = #"{"identity":"42"}"#
        let padding = String(repeating: " ", count: 65536 - record.utf8.count)
        #expect(try TokenRecord.grant(Array((record + padding).utf8), expiresAt: nil).identity?.description == "42")
        #expect(throws: AccessError.self) {
            try TokenRecord.grant(Array((record + padding + " ").utf8), expiresAt: nil)
        }
    }

    @Test func `a record that is written is read as the same grant`() throws {
        for grant in [
            Grant(identity: Identity("42")), Grant(identity: nil, patterns: [.kind("job")]),
            Grant(identity: Identity("a|b"), patterns: Set(["chat:1", "job:*"].compactMap { FeedPattern($0) })),
        ] {
            #expect(try TokenRecord.grant(TokenRecord.encode(grant), expiresAt: nil) == grant)
        }
    }
}
