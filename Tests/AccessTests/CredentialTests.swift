import HTTP
import Testing

@testable import Access

struct CredentialTests {
    private func credential(
        _ target: String = "/v1/stream", _ headers: [(String, String)] = [], takesQuery: Bool = true
    ) throws -> Credential {
        let request = HTTPRequest(
            method: .get, target: try #require(RequestTarget(target)), headers: HTTPHeaders(headers))
        return Credential(of: request, takesQuery: takesQuery, cookie: "session")
    }

    private func isMalformed(_ credential: Credential) -> Bool {
        guard case .malformed = credential else { return false }
        return true
    }

    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER abc", "abc"), ("Bearer   abc", "abc"),
        ("Bearer a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="), ("Bearer !#$%&'()*+:;<=>?@[]^`{|}", "!#$%&'()*+:;<=>?@[]^`{|}"),
    ])
    func `the Authorization header is understood`(value: String, token: String) throws {
        #expect(try credential("/", [("authorization", value)]) == .bearer(token))
    }

    @Test(arguments: [
        "", "Bearer", "Bearer ", "abc", "Basic YTpi", "Bearerabc", "Bearer\tabc", "Bearer a b", "Bearer é",
        "Bearer a\u{7F}",
        "Bearer, abc", "Token abc", "Bearer a\tb",
    ])
    func `an Authorization header that is not understood is not passed over`(value: String) throws {
        let found = try credential("/?token=query", [("Authorization", value), ("Cookie", "session=cookie")])
        #expect(isMalformed(found))
    }

    @Test func `two Authorization headers are malformed, even if they say the same`() throws {
        #expect(isMalformed(try credential("/", [("Authorization", "Bearer a"), ("authorization", "Bearer a")])))
    }

    @Test(arguments: [
        ("/?token=abc", "abc"), ("/?feed=user:42&token=abc", "abc"), ("/?token=a%2Bb", "a+b"),
    ])
    func `the query's token counts where it may`(target: String, token: String) throws {
        #expect(try credential(target) == .bearer(token))
        #expect(try credential(target, takesQuery: false) == .absent)
        #expect(try credential(target, [("Cookie", "session=cookie")]) == .bearer(token))
        #expect(try credential(target, [("Cookie", "session=cookie")], takesQuery: false) == .bearer("cookie"))
        #expect(try credential(target, [("Authorization", "Bearer header")]) == .bearer("header"))
    }

    @Test(arguments: ["/?token=", "/?token", "/?token=a+b", "/?token=%00", "/?token=%C3%A9", "/?token=a&token=a"])
    func `a query's token that is not understood is not passed over`(target: String) throws {
        #expect(isMalformed(try credential(target, [("Cookie", "session=cookie")])))
        #expect(try credential(target, [("Cookie", "session=cookie")], takesQuery: false) == .bearer("cookie"))
    }

    @Test(arguments: [
        ("session=abc", "abc"), ("a=b; session=abc; c=d", "abc"), ("a=b;session=abc", "abc"),
        ("  session =  abc  ", "abc"),
        ("session=first; session=second", "first"), ("session=a=b==", "a=b=="), ("Session=x; session=abc", "abc"),
        ("session; session=abc", "abc"), ("xsession=1; session2=2; session=abc", "abc"), (";;session=abc;", "abc"),
        (#"session="abc""#, #""abc""#),
    ])
    func `the cookie is found among others`(field: String, token: String) throws {
        #expect(try credential("/", [("Cookie", field)]) == .bearer(token))
    }

    @Test func `the cookie is found in any of several fields`() throws {
        #expect(
            try credential("/", [("Cookie", "a=b"), ("Cookie", "session=1"), ("Cookie", "session=2")]) == .bearer("1"))
    }

    @Test(arguments: ["session=", "session=; session=abc", "session=a b", "session=é"])
    func `a cookie that is not understood is malformed`(field: String) throws {
        #expect(isMalformed(try credential("/", [("Cookie", field)])))
    }

    @Test(
        arguments: [
            [], [("Cookie", "")], [("Cookie", "session")], [("Cookie", "other=abc")], [("Cookie", "SESSION=abc")],
            [("Proxy-Authorization", "Bearer abc")], [("Set-Cookie", "session=abc")],
        ] as [[(String, String)]])
    func `where nothing is brought along nothing is found`(headers: [(String, String)]) throws {
        #expect(try credential("/?feed=user:42&Token=abc", headers) == .absent)
    }
}
