import Testing

@testable import HTTP

struct RequestTargetTests {
    @Test(arguments: [
        ("/", []), ("/v1/stream", ["v1", "stream"]), ("/v1/stream/", ["v1", "stream", ""]), ("//a", ["", "a"]),
        ("/v1/feeds/user:4%7C2/n", ["v1", "feeds", "user:4|2", "n"]), ("/a%2Fb/c", ["a/b", "c"]),
        ("/%C3%A9+x?y", ["\u{E9}+x"]), ("/../%2e%2e", ["..", ".."]), ("/a|b", ["a|b"]),
    ])
    func `a path is split and then decoded`(raw: String, segments: [String]) throws {
        #expect(try #require(RequestTarget(raw)).segments == segments)
    }

    @Test func `the path is kept as it was sent`() throws {
        let target = try #require(RequestTarget("/a%20b?c=d"))
        #expect(target.raw == "/a%20b?c=d")
        #expect(target.path == "/a%20b")
    }

    @Test func `a query's names and values are decoded in order`() throws {
        let target = try #require(RequestTarget("/?feed=user%3A42&feed=job:7&&a+b=c+d%2B=e&x&=y&n=%0A%00?/"))
        #expect(target.query.map(\.name) == ["feed", "feed", "a b", "x", "", "n"])
        #expect(target.query.map(\.value) == ["user:42", "job:7", "c d+=e", "", "y", "\n\0?/"])
        #expect(target.all("feed") == ["user:42", "job:7"])
        #expect(target.first("feed") == "user:42")
        #expect(target.first("x") == "")
        #expect(target.first("none") == nil)
        #expect(try #require(RequestTarget("/?")).query.isEmpty)
    }

    @Test(arguments: [
        ("%", "%"), ("%4", "%4"), ("%4g%", "%4g%"), ("%FF", "\u{FFFD}"), ("a%C3%28+", "a\u{FFFD}( "), ("%25%", "%%"),
    ])
    func `what a query cannot mean is repaired`(raw: String, value: String) throws {
        let target = try #require(RequestTarget("/?x=\(raw)&\(raw)"))
        #expect(target.first("x") == value)
        #expect(target.first(value) == "")
    }

    @Test(arguments: [
        "", "a", "**", "/%", "/%4", "/%4g", "/%C3", "/%ED%A0%80", "/%00", "/a%7F", "/a b", "/\u{7F}", "/\u{E9}", "/a#b",
        "/?a\u{1}",
    ])
    func `what is not a target is refused`(raw: String) {
        #expect(RequestTarget(raw) == nil)
    }

    @Test(arguments: ["", "plain-._~", "a/b c?&=+%", "\u{E9}\u{1F389}", "\0\n"])
    func `percent-encoding comes back as it was`(text: String) {
        let encoded = PercentEncoding.encode(text)
        #expect(encoded.utf8.allSatisfy { $0.isUnreserved || $0 == UInt8(ascii: "%") })
        #expect(PercentEncoding.decode(encoded) == text)
    }

    @Test func `a plus is a space in forms alone`() {
        #expect(PercentEncoding.decode("a+b%2B") == "a+b+")
        #expect(PercentEncoding.decode("a+b%2B", plusIsSpace: true) == "a b+")
        #expect(PercentEncoding.encode("a/\u{E9}|") == "a%2F%C3%A9%7C")
    }
}
