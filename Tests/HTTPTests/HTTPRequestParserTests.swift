import Testing

@testable import HTTP

struct HTTPRequestParserTests {
    @Test func `a request without a body is read`() throws {
        let request = try onlyRequest(
            "GET /v1/stream?feed=user:42 HTTP/1.1\r\nHost: localhost:8080\r\nlast-event-id:\t f1.a.7 \t\r\nX:\r\n\r\n")
        #expect(request.method == .get)
        #expect(request.target.path == "/v1/stream")
        #expect(request.minorVersion == 1)
        #expect(request.headers["Last-Event-ID"] == "f1.a.7")
        #expect(request.headers["x"] == "")
        #expect(request.headers["Y"] == nil)
        #expect(request.body.isEmpty)
    }

    @Test func `the example of RFC 9112 is read`() throws {
        let request = try onlyRequest(
            "GET /hello.txt HTTP/1.1\r\nUser-Agent: curl/7.64.1\r\nHost: www.example.com\r\n"
                + "Accept-Language: en, mi\r\n\r\n"
        )
        #expect(request.headers.map(\.name) == ["User-Agent", "Host", "Accept-Language"])
        #expect(request.headers["accept-language"] == "en, mi")
    }

    @Test func `a body of a told length is read`() throws {
        let request = try onlyRequest("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello")
        #expect(request.body == Array("hello".utf8))
    }

    @Test(arguments: [
        "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
        "3;name=value;other=\"quo;ted\"\r\nhel\r\n03 ;x\r\nlo!\r\n000\r\n\r\n",
        "6\r\nhello!\r\n0\r\nTrailer: of no use\r\nAnother:\r\n\r\n",
    ])
    func `a chunked body is read`(body: String) throws {
        let request = try onlyRequest("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n" + body)
        #expect(request.body == Array("hello!".utf8))
    }

    @Test func `a chunk's size may be written in either case`() throws {
        let content = String(repeating: "x", count: 0xAB)
        for size in ["ab", "AB", "0aB"] {
            let request = try onlyRequest(
                "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n\(content)\r\n0\r\n\r\n")
            #expect(request.body.count == 0xAB)
        }
    }

    @Test func `pipelined requests come out one by one`() throws {
        let outcome = outcomeInEveryWay(
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nho\r\n0\r\n\r\n"
                + "GET /3 HTTP/1.0\r\n\r\n")
        #expect(outcome.requests.map(\.target.raw) == ["/1", "/2", "/3"])
        #expect(outcome.requests.map(\.body) == [Array("hi".utf8), Array("ho".utf8), []])
    }

    @Test func `a few empty lines before a request are skipped`() throws {
        #expect(try onlyRequest("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").method == .get)
        let spaced = String(repeating: "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 3)
        #expect(outcomeInEveryWay(spaced).requests.count == 3)
        #expect(outcomeInEveryWay("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n").error?.status == .badRequest)
    }

    @Test func `an unknown method is left to the router`() throws {
        #expect(try onlyRequest("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n").method.name == "BREW")
    }

    @Test func `a higher minor version is read as HTTP 1_1`() throws {
        #expect(try onlyRequest("GET / HTTP/1.7\r\nHost: a\r\n\r\n").minorVersion == 1)
    }

    @Test func `an absolute target gives the path and goes before Host`() throws {
        let request = try onlyRequest("GET HTTP://Example.org:81/a?b=c HTTP/1.1\r\nHost: other\r\nAccept: x\r\n\r\n")
        #expect(request.target.raw == "/a?b=c")
        #expect(request.headers.values("host") == ["Example.org:81"])
        #expect(request.headers["accept"] == "x")
        #expect(try onlyRequest("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").target.raw == "/")
        #expect(try onlyRequest("GET https://a?q HTTP/1.1\r\nHost: a\r\n\r\n").target.raw == "/?q")
    }

    @Test func `the asterisk is OPTIONS's alone`() throws {
        #expect(try onlyRequest("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").target.path == "*")
        #expect(outcomeInEveryWay("GET * HTTP/1.1\r\nHost: a\r\n\r\n").error?.status == .badRequest)
    }

    @Test(arguments: ["", "localhost", "127.0.0.1:8080", "[::1]:80", "[::ffff:1.2.3.4]", "a_b.c-d~e%41", "host:"])
    func `a legal Host is accepted`(host: String) throws {
        #expect(try onlyRequest("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").headers["host"] == host)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: foo , CLOSE\r\n", false), ("HTTP/1.1", "Connection: closed\r\n", true),
        ("HTTP/1.1", "Connection: x\r\nConnection: close\r\n", false), ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Connection: Keep-Alive\r\n", true), ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
    ])
    func `persistence follows version and Connection`(version: String, header: String, keepsAlive: Bool) throws {
        #expect(try onlyRequest("GET / \(version)\r\nHost: a\r\n\(header)\r\n").keepsAlive == keepsAlive)
    }

    @Test func `obs-text in a value is kept as far as it is UTF-8`() throws {
        #expect(
            try onlyRequest("GET / HTTP/1.1\r\nHost: a\r\nX-Name: Zo\u{EB}\r\n\r\n").headers["X-Name"] == "Zo\u{EB}")
    }
}
