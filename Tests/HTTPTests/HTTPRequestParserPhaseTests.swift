import Testing

@testable import HTTP

struct HTTPRequestParserPhaseTests {
    private var parser = HTTPRequestParser()

    private mutating func feed(_ text: String) throws -> HTTPRequestParser.Event? {
        Array(text.utf8).withUnsafeBytes { parser.append($0) }
        return try parser.next()
    }

    @Test mutating func `the phase tells what is awaited`() throws {
        #expect(parser.phase == .idle)
        #expect(try feed("G") == nil)
        #expect(parser.phase == .head)
        #expect(try feed("ET / HTTP/1.1\r\nHost: a\r\n") == nil)
        #expect(parser.phase == .head)
        #expect(try feed("Content-Length: 3\r\n\r\na") == nil)
        #expect(parser.phase == .body)
        // The head counts as long as the body is awaited.
        #expect(parser.bufferedBytes == "Host: a\r\nContent-Length: 3\r\n".utf8.count + 1)
        #expect(try feed("bcGET") != nil)
        #expect(parser.phase == .head)
        #expect(parser.bufferedBytes == 3)
    }

    @Test(arguments: [
        "Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1\r\nax", "Expect: what\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n3E8\r\n", "Content-Length: 3\r\n\r\na",
    ])
    func `a head that was understood is known, though its request is refused or not whole`(rest: String) {
        var parser = HTTPRequestParser(limits: HTTPLimits(bodyBytes: 10))
        _ = parser.outcome(of: Array("POST /a HTTP/1.1\r\nHost: a\r\nOrigin: b\r\n\(rest)".utf8), pieceSize: 1000)
        #expect(parser.head?.target.raw == "/a" && parser.head?.headers["Origin"] == "b")
        #expect(parser.head?.body.isEmpty == true)
    }

    @Test func `of a head that is not whole nothing is known, nor of a request that was handed out`() {
        for text in ["POST /a HTTP/1.1\r\nHost: a\r\n", "POST\r\n", "POST /a HTTP/1.1\r\nHost: a\r\n\r\n"] {
            var parser = HTTPRequestParser()
            _ = parser.outcome(of: Array(text.utf8), pieceSize: 1000)
            #expect(parser.head == nil)
        }
    }

    @Test mutating func `after a request nothing is held`() throws {
        #expect(try feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n") != nil)
        #expect(parser.phase == .idle)
        #expect(parser.bufferedBytes == 0)
    }

    @Test mutating func `an empty line is no beginning of a request`() throws {
        #expect(try feed("\r\n") == nil)
        #expect(parser.phase == .idle)
    }

    @Test(arguments: ["Content-Length: 2\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"])
    func `a waiting client is told once to continue`(framing: String) throws {
        var parser = HTTPRequestParser()
        let head = "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n" + framing
        Array(head.utf8).withUnsafeBytes { parser.append($0) }
        guard case .expectContinue? = try parser.next() else {
            Issue.record("The client waits for ever")
            return
        }
        #expect(try parser.next() == nil)
        let body = framing.contains("chunked") ? "2\r\nhi\r\n0\r\n\r\n" : "hi"
        Array(body.utf8).withUnsafeBytes { parser.append($0) }
        guard case .request(let request)? = try parser.next() else {
            Issue.record("The request is lost")
            return
        }
        #expect(request.body == Array("hi".utf8))
    }

    @Test(arguments: [
        "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nh",
        "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    ])
    func `who has begun the body or speaks HTTP 1_0 does not wait`(text: String) throws {
        var parser = HTTPRequestParser()
        Array(text.utf8).withUnsafeBytes { parser.append($0) }
        #expect(try parser.next() == nil)
    }

    @Test mutating func `without a body there is nothing to wait for`() throws {
        guard case .request? = try feed("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n") else {
            Issue.record("A request was to come")
            return
        }
    }
}
