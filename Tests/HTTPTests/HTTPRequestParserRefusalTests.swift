import Testing

@testable import HTTP

/// What must be refused, with the status that the server answers.
struct HTTPRequestParserRefusalTests {
    @Test(arguments: [
        ("\u{16}\u{3}\u{1}", HTTPStatus.badRequest), (" GET / HTTP/1.1\r\n", .badRequest), ("\0", .badRequest),
        ("GET\r\n", .badRequest), ("GET \r\n", .badRequest), ("GET /\r\n", .versionNotSupported),
        ("GET  HTTP/1.1\r\n", .badRequest), ("GET / HTTP/1.1 \r\n", .badRequest), ("GET  / HTTP/1.1\r\n", .badRequest),
        ("GET /a b HTTP/1.1\r\n", .badRequest), ("GET /\tHTTP/1.1\r\n", .versionNotSupported),
        ("G@T / HTTP/1.1\r\n", .badRequest),
        ("GET / http/1.1\r\n", .badRequest), ("GET / HTTP/1\r\n", .badRequest), ("GET / HTTP/11\r\n", .badRequest),
        ("GET / HTTP/1.10\r\n", .badRequest), ("GET / HTTP/0.9\r\n", .versionNotSupported),
        ("GET / HTTP/2.0\r\n", .versionNotSupported), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
        ("GET / HTTP/1.1\n", .badRequest), ("GET / HTTP/1.1\r\r\n", .badRequest), ("\n", .badRequest),
        ("GET /\rX HTTP/1.1\r\n", .badRequest), ("GET /\0 HTTP/1.1\r\n", .badRequest),
        ("GET /%zz HTTP/1.1\r\n", .badRequest), ("GET /%4 HTTP/1.1\r\n", .badRequest),
        ("GET /%FF HTTP/1.1\r\n", .badRequest), ("GET /?%C3%28 HTTP/1.1\r\n", .badRequest),
        ("GET /%0A HTTP/1.1\r\n", .badRequest), ("GET /#top HTTP/1.1\r\n", .badRequest),
        ("GET /\u{E9} HTTP/1.1\r\n", .badRequest), ("GET v1 HTTP/1.1\r\n", .badRequest),
        ("CONNECT a:443 HTTP/1.1\r\n", .badRequest), ("GET ftp://a/ HTTP/1.1\r\n", .badRequest),
        ("GET http:///a HTTP/1.1\r\n", .badRequest), ("GET http://:80/ HTTP/1.1\r\n", .badRequest),
        ("GET http://u@a/ HTTP/1.1\r\n", .badRequest),
    ])
    func `a bad request line is refused`(text: String, status: HTTPStatus) {
        let outcome = outcomeInEveryWay(text)
        #expect(outcome.error?.status == status)
        #expect(outcome.requests.isEmpty)
    }

    @Test(arguments: [
        "Name : x", " Name: x", "\tx", "Na me: x", ": x", "Name", "Na\u{E9}: x", "N\0: x", "(x): y", "X: a\0b",
        "X: a\rb", "X: a\u{7F}", "X: \u{1}", "X: a\r\n folded", "X: a\r\n\tfolded", "X: a\nY: b",
    ])
    func `a bad field line is refused`(line: String) {
        let outcome = outcomeInEveryWay("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n")
        #expect(outcome.error?.status == .badRequest)
        #expect(outcome.requests.isEmpty)
    }

    @Test(arguments: [
        "", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: u@a\r\n", "Host: a:80x\r\n",
        "Host: [::1\r\n", "Host: []\r\n", "Host: [x]\r\n", "Host: [::1]x\r\n", "Host: a%4\r\n", "Host: a,b:1:2\r\n",
    ])
    func `Host is required once and must be legal`(host: String) {
        #expect(outcomeInEveryWay("GET / HTTP/1.1\r\n\(host)\r\n").error?.status == .badRequest)
    }

    @Test func `Host may be missing from HTTP 1_0 but not come twice`() throws {
        #expect(try onlyRequest("GET / HTTP/1.0\r\n\r\n").minorVersion == 0)
        #expect(outcomeInEveryWay("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n").error?.status == .badRequest)
    }

    @Test(arguments: [
        ("Content-Length: +5", HTTPStatus.badRequest), ("Content-Length: -5", .badRequest),
        ("Content-Length: 5,5", .badRequest), ("Content-Length: 0x5", .badRequest), ("Content-Length:", .badRequest),
        ("Content-Length: 5 5", .badRequest), ("Content-Length: 5\r\nContent-Length: 5", .badRequest),
        ("Content-Length: 99999999999999999999999", .contentTooLarge),
        ("Content-Length: 18446744073709551621", .contentTooLarge), ("Content-Length: 1048577", .contentTooLarge),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", .badRequest),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", .badRequest),
        ("Transfer-Encoding: gzip", .notImplemented), ("Transfer-Encoding: gzip, chunked", .notImplemented),
        ("Transfer-Encoding: chunked, chunked", .notImplemented), ("Transfer-Encoding: identity", .notImplemented),
        ("Transfer-Encoding:", .notImplemented), ("Transfer-Encoding: xchunked", .notImplemented),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .notImplemented),
        ("Expect: 200-ok", .expectationFailed), ("Expect: 100-continue, x", .expectationFailed),
    ])
    func `ambiguous or unknown framing is refused`(fields: String, status: HTTPStatus) {
        let outcome = outcomeInEveryWay("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\nhello")
        #expect(outcome.error?.status == status)
        #expect(outcome.requests.isEmpty)
    }

    @Test func `HTTP 1_0 has no transfer coding`() {
        let outcome = outcomeInEveryWay("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(outcome.error?.status == .badRequest)
    }

    @Test(arguments: [
        "\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\n", "1 \r\n", "1 x\r\n", "1\n", "1\rx", "1;a\n",
        "1;\0\r\n",
        "1;a\rb\r\n", "1\r\nab\r\n", "1\r\na\n", "1\r\na\rb", "1\r\n\r\n\r\n", "1\r\na\r\n\r\n\r\n",
        "00000000000000001\r\n", "0\r\nbad\r\n",
        "0\r\n: x\r\n", "0\r\n x: y\r\n", "0\r\nA: \0\r\n", "0\r\nA: b\n", "0\r\n\n", "0\r\n\rx",
    ])
    func `a bad chunk is refused`(body: String) {
        let outcome = outcomeInEveryWay("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        #expect(outcome.error?.status == .badRequest)
        #expect(outcome.requests.isEmpty)
    }

    @Test func `a TLS hello is told that this is no TLS`() {
        #expect(outcomeInEveryWay("\u{16}").error?.detail.contains("TLS") == true)
    }

    @Test func `an error is final`() {
        var parser = HTTPRequestParser()
        let first = parser.outcome(of: Array("BAD\r\n".utf8), pieceSize: 100)
        let second = parser.outcome(of: Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), pieceSize: 100)
        #expect(first.error != nil)
        #expect(second.error == first.error)
        #expect(second.requests.isEmpty)
        #expect(parser.bufferedBytes == 0)
    }
}
