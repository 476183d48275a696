import Testing

@testable import HTTP

struct HTTPResponseEncoderTests {
    private func text(
        _ response: HTTPResponse, to method: HTTPMethod = .get, keepAlive: Bool = true, date: String? = nil
    ) -> String {
        String(
            decoding: HTTPResponseEncoder.encode(response, to: method, keepAlive: keepAlive, date: date), as: UTF8.self)
    }

    @Test func `a response is written whole`() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        #expect(
            text(.text("hello"), date: date)
                == "HTTP/1.1 200 OK\r\nDate: \(date)\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"
        )
        #expect(
            text(HTTPResponse(status: .notFound), keepAlive: false)
                == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    @Test func `HEAD gets the length and no body`() {
        #expect(
            text(HTTPResponse(body: Array("hello".utf8)), to: .head)
                == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n")
    }

    @Test(arguments: [HTTPStatus.noContent, .notModified, HTTPStatus(code: 103, reason: "Early Hints")])
    func `a status without content has neither body nor length`(status: HTTPStatus) {
        #expect(
            text(HTTPResponse(status: status, body: [1]))
                == "HTTP/1.1 \(status.code) \(status.reason)\r\nConnection: keep-alive\r\n\r\n")
    }

    @Test func `framing belongs to the encoder`() {
        let headers: HTTPHeaders = [
            "content-length": "9", "X": "y", "Transfer-Encoding": "gzip", "CONNECTION": "upgrade", "Connection-X": "z",
        ]
        #expect(
            text(HTTPResponse(headers: headers))
                == "HTTP/1.1 200 OK\r\nX: y\r\nConnection-X: z\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n")
    }

    @Test func `a stream's head is chunked or ends with the connection`() {
        func head(chunked: Bool) -> String {
            String(
                decoding: HTTPResponseEncoder.encodeStreamHead(
                    status: .ok, headers: ["Content-Type": "text/event-stream; charset=utf-8"], chunked: chunked,
                    date: nil), as: UTF8.self)
        }
        let start = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
        #expect(head(chunked: true) == start + "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n")
        #expect(head(chunked: false) == start + "Connection: close\r\n\r\n")
    }

    @Test(arguments: [1, 9, 10, 15, 16, 255, 256, 4095, 4096, 65_536])
    func `a chunk has its size in minimal digits and gives its content back`(size: Int) {
        let content = [UInt8](repeating: 0x0A, count: size)
        let chunk = ChunkEncoder.frame(content)
        #expect(chunk == Array("\(String(size, radix: 16))\r\n".utf8) + content + Array("\r\n".utf8))
        #expect(Array(chunk[ChunkEncoder.contentRange(ofFramed: chunk)]) == content)
        #expect(chunk.count == size + ChunkEncoder.overhead(of: size))
    }

    @Test func `no content makes no chunk, since an empty one would end the body`() {
        #expect(ChunkEncoder.frame([]).isEmpty)
        #expect(ChunkEncoder.contentRange(ofFramed: []).isEmpty)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
        (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func `a date is written as RFC 9110 asks`(seconds: Int, text: String) {
        #expect(HTTPDate.format(unixSeconds: seconds) == text)
    }
}
