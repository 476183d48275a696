import Testing

@testable import HTTP

struct HTTPResponseParserTests {
    /// Heads as their codes, bodies joined, ends as `|`, `!` for an error, in pieces of that size.
    private func read(
        _ text: String, to method: HTTPMethod = .get, pieceSize: Int, limits: HTTPLimits = HTTPLimits(bodyBytes: .max)
    ) -> String {
        var parser = HTTPResponseParser(to: method, limits: limits)
        var out = ""
        func note(_ event: HTTPResponseParser.Event) {
            switch event {
            case .head(let status, _): out += "\(status.code) "
            case .body(let bytes): out += String(decoding: bytes, as: UTF8.self)
            case .end: out += "|"
            }
        }
        let bytes = Array(text.utf8)
        do {
            for start in stride(from: 0, to: bytes.count, by: pieceSize) {
                bytes[start..<min(start + pieceSize, bytes.count)].withUnsafeBytes { parser.append($0) }
                while let event = try parser.next() { note(event) }
            }
            if let event = try parser.finish() { note(event) }
        } catch {
            out += "!"
        }
        return out
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", "200 hi|404 |"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n", "200 hi!|"),
        ("HTTP/1.0 200 OK\r\n\r\nuntil the end", "200 until the end|"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 204 None\r\n\r\n", "204 |"),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 |"),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200 |"), ("", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "200 hi!"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", "200 hi!"),
        ("HTTP/1.1 200 OK\r\nConte", "!"), ("HTTP/1.1 2000 OK\r\n", "!"), ("HTTP/1.1 +20 OK\r\n", "!"),
        ("HTTP/2 200 OK\r\n\r\n", "!"), ("HTTP/1.1 200 OK\n", "!"), ("SSH-2.0-OpenSSH\r\n", "!"),
        ("HTTP/1.1 101 Switching\r\n\r\n", "!"), ("HTTP/1.1 200 O\u{1}K\r\n", "!"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "!"),
    ])
    func `responses are read in whatever pieces they come`(text: String, expected: String) {
        for pieceSize in [1, 2, 5, 1000] { #expect(read(text, pieceSize: pieceSize) == expected) }
    }

    @Test func `a response to HEAD has no body`() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for pieceSize in [1, 1000] { #expect(read(text, to: .head, pieceSize: pieceSize) == "200 |200 |") }
    }

    @Test func `a body can be bounded`() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
        #expect(read(text, pieceSize: 1000, limits: HTTPLimits(bodyBytes: 4)) == "!")
        #expect(read(text, pieceSize: 1000, limits: HTTPLimits(bodyBytes: 5)) == "200 hello|")
    }

    @Test func `what the encoder writes is read back`() {
        let response = HTTPResponse.text("hello", status: .created)
        let bytes = HTTPResponseEncoder.encode(response, to: .get, keepAlive: true, date: nil)
        #expect(read(String(decoding: bytes, as: UTF8.self), pieceSize: 3) == "201 hello|")
    }
}
