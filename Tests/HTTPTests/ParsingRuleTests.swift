import Glibc
import Testing

@testable import HTTP

struct ParsingRuleTests {
    @Test(arguments: ParsingRule.requestLine)
    func `a request line follows the rules`(rule: ParsingRule) {
        rule.check()
    }

    @Test(arguments: ParsingRule.fields)
    func `fields follow the rules`(rule: ParsingRule) {
        rule.check()
    }

    @Test(arguments: ParsingRule.framing)
    func `a body's end follows the rules`(rule: ParsingRule) {
        rule.check()
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

    @Test func `brackets hold what the C library takes for an IPv6 address`() {
        var random = SplitMix64(state: 3986)
        let pieces = [":", ":", "::", "0", "1", "af", "ABCD", "12345", "1.2.3.4", "255", "256", ".", "g"]
        var taken = 0
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...16, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            var address = in6_addr()
            let expected = inet_pton(AF_INET6, text, &address) == 1
            let bytes = Array(text.utf8)
            #expect(IPv6Literal.isValid(bytes.span, 0..<bytes.count) == expected, "\(text)")
            taken += expected ? 1 : 0
        }
        #expect(taken > 500)
    }
}
