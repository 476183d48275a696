import Testing

@testable import HTTP

struct HTTPRequestParserFuzzTests {
    @Test func `damaged requests mean the same in whatever pieces they come`() {
        let valid = [
            "GET /v1/stream?feed=user%3A42 HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n",
            "POST http://a/b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n0\r\nT: x\r\n\r\n",
        ]
        let spice = Array("\r\n\0\t :;,0129afAF%/?#*\u{16}\u{7F}\u{E9}".utf8)
        var random = SplitMix64(state: 42)
        for round in 0..<1500 {
            var bytes = Array((valid[round % 3] + valid[(round / 3) % 3]).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[position] = spice.randomElement(using: &random) ?? 0
                case 1: bytes.insert(spice.randomElement(using: &random) ?? 0, at: position)
                default: bytes.remove(at: position)
                }
            }
            let outcome = outcomeInEveryWay(bytes, limits: HTTPLimits(requestLineBytes: 64, headerBytes: 80))
            #expect(outcome.requests.allSatisfy { !$0.method.name.isEmpty })
        }
    }
}
