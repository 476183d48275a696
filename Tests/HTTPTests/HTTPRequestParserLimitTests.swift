import Testing

@testable import HTTP

struct HTTPRequestParserLimitTests {
    @Test func `a request line may have as many bytes as the limit and no more`() {
        let ending = " HTTP/1.1\r\nHost: a\r\n\r\n"
        let longest = HTTPLimits(requestLineBytes: 40, headerBytes: 100)
        let path = "/" + String(repeating: "p", count: 40 - "GET / HTTP/1.1".utf8.count)
        #expect(outcomeInEveryWay("GET " + path + ending, limits: longest).requests.count == 1)
        #expect(
            outcomeInEveryWay("GET " + path + "p" + ending, limits: longest).error == .requestLineTooLong(limit: 40))
        #expect(
            outcomeInEveryWay("GET /" + String(repeating: "p", count: 60), limits: longest).error?.status == .uriTooLong
        )
    }

    @Test func `a line is refused with the first byte too many`() {
        let limits = HTTPLimits(requestLineBytes: 40)
        let start = "GET /" + String(repeating: "p", count: 37)
        #expect(outcomeInEveryWay(start, limits: limits).error == nil)
        #expect(outcomeInEveryWay(start + "p", limits: limits).error == .requestLineTooLong(limit: 40))
    }

    @Test func `header bytes are counted with their line ends`() {
        let roomy = HTTPLimits(headerBytes: 40)
        // "Host: a\r\n" is 9 bytes, "X: " and its line end 5, the empty line 2.
        let fits = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "v", count: 24) + "\r\n\r\n"
        let tooLong = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "v", count: 25) + "\r\n\r\n"
        #expect(outcomeInEveryWay(fits, limits: roomy).requests.count == 1)
        #expect(outcomeInEveryWay(tooLong, limits: roomy).error == .headersTooLarge(limit: 40))
        let endless = "GET / HTTP/1.1\r\n" + String(repeating: "v", count: 60)
        #expect(outcomeInEveryWay(endless, limits: roomy).error?.status == .headerFieldsTooLarge)
    }

    @Test func `headers are counted`() {
        let fields = "Host: a\r\nB:\r\nC:\r\n"
        let few = HTTPLimits(headerCount: 3)
        #expect(outcomeInEveryWay("GET / HTTP/1.1\r\n" + fields + "\r\n", limits: few).requests.count == 1)
        #expect(
            outcomeInEveryWay("GET / HTTP/1.1\r\n" + fields + "D:\r\n\r\n", limits: few).error
                == .tooManyHeaders(limit: 3))
    }

    @Test func `a body above the limit is refused before it comes`() {
        let head = "PUT / HTTP/1.1\r\nHost: a\r\n"
        let small = HTTPLimits(bodyBytes: 10)
        func error(_ rest: String) -> HTTPParseError? { outcomeInEveryWay(head + rest, limits: small).error }
        #expect(error("Content-Length: 10\r\n\r\n0123456789") == nil)
        #expect(error("Content-Length: 11\r\n\r\n") == .bodyTooLarge(limit: 10))
        #expect(error("Expect: 100-continue\r\nContent-Length: 11\r\n\r\n") == .bodyTooLarge(limit: 10))
        let chunked = "Transfer-Encoding: chunked\r\n\r\n"
        #expect(error(chunked + "a\r\n0123456789\r\n0\r\n\r\n") == nil)
        #expect(error(chunked + "b") == .bodyTooLarge(limit: 10))
        #expect(error(chunked + "9\r\n012345678\r\n2") == .bodyTooLarge(limit: 10))
        #expect(error(chunked + "a\r\n0123456789\r\n1") == .bodyTooLarge(limit: 10))
        #expect(error(chunked + "ffffffffffffffff") == .bodyTooLarge(limit: 10))
        let twenty = HTTPLimits(bodyBytes: 20)
        #expect(outcomeInEveryWay(head + chunked + "14", limits: twenty).error == nil)
        #expect(outcomeInEveryWay(head + chunked + "15", limits: twenty).error == .bodyTooLarge(limit: 20))
        #expect(outcomeInEveryWay(head + chunked + "1f", limits: twenty).error == .bodyTooLarge(limit: 20))
    }

    @Test func `extensions and trailers share the header limit`() {
        let head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let small = HTTPLimits(headerBytes: 60)
        func error(_ body: String) -> HTTPParseError? { outcomeInEveryWay(head + body, limits: small).error }
        let chunk = "1;" + String(repeating: "e", count: 29) + "\r\nx\r\n"
        #expect(error(chunk + chunk + "0\r\n\r\n") == nil)
        #expect(error(chunk + chunk + "0;\r\n") == .headersTooLarge(limit: 60))
        #expect(error(chunk + "0\r\nT:" + String(repeating: "t", count: 29)) == .headersTooLarge(limit: 60))
    }

    @Test func `a long head in single bytes is searched once`() {
        // Looking again at what was there before would take 2^31 steps.
        let head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "v", count: 65_536) + "\r\n\r\n"
        var parser = HTTPRequestParser(limits: HTTPLimits(headerBytes: 70_000))
        let clock = ContinuousClock()
        var outcome = ParseOutcome()
        let time = clock.measure { outcome = parser.outcome(of: Array(head.utf8), pieceSize: 1) }
        #expect(outcome.requests.count == 1)
        #expect(time < .seconds(5))
    }
}
