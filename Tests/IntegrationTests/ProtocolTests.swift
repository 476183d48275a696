import HTTP
import Testing

/// RFC 9112 over a socket: what is answered, and whether the connection is of use afterwards.
///
/// The rules one by one are the parser's tests'; here stand those that the connection has a part in.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ProtocolTests {
    struct Exchange {
        let rule: String
        let bytes: [UInt8]
        let status: Int
        let staysOpen: Bool

        /// Each scalar is one byte.
        init(_ rule: String, _ bytes: String, _ status: Int, staysOpen: Bool) {
            (self.rule, self.status, self.staysOpen) = (rule, status, staysOpen)
            self.bytes = bytes.unicodeScalars.map { UInt8($0.value) }
        }
    }

    private static let host = "Host: 127.0.0.1\r\n"
    private static let post = "POST /v1/feeds/user:42/notifications HTTP/1.1\r\n" + host

    static let served = [
        Exchange("§9.3: HTTP/1.1 stays", "GET /healthz HTTP/1.1\r\n\(host)\r\n", 200, staysOpen: true),
        Exchange(
            "§9.6: but for 'close'", "GET /healthz HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 200, staysOpen: false),
        Exchange("§9.3: HTTP/1.0 closes", "GET /healthz HTTP/1.0\r\n\r\n", 200, staysOpen: false),
        Exchange(
            "§9.3: but for 'keep-alive'", "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200,
            staysOpen: true),
        Exchange(
            "§3.2.2: absolute form", "GET http://127.0.0.1:1/healthz HTTP/1.1\r\n\(host)\r\n", 200, staysOpen: true),
        Exchange(
            "§3.2.2: its host goes before Host", "GET http://evil.example/ HTTP/1.1\r\n\(host)\r\n", 421,
            staysOpen: true),
        Exchange("§3.2.4: asterisk", "OPTIONS * HTTP/1.1\r\n\(host)\r\n", 204, staysOpen: true),
        Exchange("RFC 9110 §9.1: unknown method", "BREW /healthz HTTP/1.1\r\n\(host)\r\n", 405, staysOpen: true),
        Exchange("RFC 9110 §9.1: a method has its case", "get / HTTP/1.1\r\n\(host)\r\n", 405, staysOpen: true),
        Exchange("RFC 9110 §9.3.6: CONNECT to a path", "CONNECT / HTTP/1.1\r\n\(host)\r\n", 405, staysOpen: true),
        Exchange(
            "RFC 9110 §9.3.1: GET with a body", "GET /healthz HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nGET /", 200,
            staysOpen: true),
        Exchange(
            "§9.3: a body that nobody wants is read", "PUT /nothing HTTP/1.1\r\n\(host)Content-Length: 5\r\n\r\nhello",
            404, staysOpen: true),
        Exchange(
            "§7.1: in chunks too",
            "PUT /healthz HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n", 405,
            staysOpen: true),
        Exchange(
            "RFC 9110 §7.8: no upgrade", "GET /healthz HTTP/1.1\r\n\(host)Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            200, staysOpen: true),
        Exchange("a bad body is no bad frame", "\(post)Content-Length: 2\r\n\r\n{]", 415, staysOpen: true),
    ]

    static let refused = [
        Exchange("RFC 9113 §3.4: HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, staysOpen: false),
        Exchange(
            "a TLS hello", "\u{16}\u{3}\u{1}\0\u{8A}\u{1}\0\0\u{86}\u{3}\u{3}\u{5F}\r\n\r\n" + .repeated("\u{C0}", 64),
            400, staysOpen: false),
        Exchange("HTTP/0.9", "GET /healthz\r\n", 505, staysOpen: false),
        Exchange("§2.2: LF alone", "GET /healthz HTTP/1.1\nHost: a\n\n", 400, staysOpen: false),
        Exchange("§3.2.3: authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 400, staysOpen: false),
        Exchange("§3.2: no Host", "GET /healthz HTTP/1.1\r\n\r\n", 400, staysOpen: false),
        Exchange("§3.2: two Hosts", "GET /healthz HTTP/1.1\r\n\(host)\(host)\r\n", 400, staysOpen: false),
        Exchange("§3.2: no legal Host", "GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, staysOpen: false),
        Exchange("§5.1: space before the colon", "\(post)Content-Length : 2\r\n\r\n{}", 400, staysOpen: false),
        Exchange("§5.2: a folded line", "\(post)X: a\r\n b\r\n\r\n", 400, staysOpen: false),
        Exchange("RFC 9110 §5.5: NUL", "\(post)X: a\0b\r\n\r\n", 400, staysOpen: false),
        Exchange(
            "§6.1: two lengths",
            "\(post)Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\(host)\r\n",
            400, staysOpen: false),
        Exchange("§6.3: a list of lengths", "\(post)Content-Length: 2, 2\r\n\r\n{}", 400, staysOpen: false),
        Exchange("§6.3: a length with a sign", "\(post)Content-Length: +2\r\n\r\n{}", 400, staysOpen: false),
        Exchange("§6.3: no chunked at the end", "\(post)Transfer-Encoding: gzip\r\n\r\n{}", 400, staysOpen: false),
        Exchange(
            "§6.1: another coding", "\(post)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, staysOpen: false),
        Exchange(
            "§7.1: no size", "\(post)Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", 400, staysOpen: false),
        Exchange(
            "§7.1: too large a size", "\(post)Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 413,
            staysOpen: false),
        Exchange("RFC 9110 §15.5.14: too long a body", "\(post)Content-Length: 1001\r\n\r\n{}", 413, staysOpen: false),
        Exchange("RFC 9110 §15.5.18: unknown Expect", "\(post)Expect: more\r\n\r\n", 417, staysOpen: false),
        Exchange(
            "RFC 9110 §15.5.15: a long target", "GET /\(String.repeated("a", 8300)) HTTP/1.1\r\n", 414, staysOpen: false
        ),
        Exchange(
            "RFC 6585 §5: long fields", "\(post)X: \(String.repeated("a", 16_400))\r\n\r\n", 431, staysOpen: false),
        Exchange("RFC 6585 §5: many fields", "\(post)\(String.repeated("X:\r\n", 101))\r\n", 431, staysOpen: false),
    ]

    enum Way: CaseIterable { case whole, byteByByte, pipelined }

    @Test(arguments: Way.allCases)
    func `what leaves no doubt is answered, and the connection stays if it may`(way: Way) throws {
        try exchange(Self.served, way)
    }

    @Test(arguments: Way.allCases)
    func `what leaves the framing in doubt is refused, and the connection closes`(way: Way) throws {
        try exchange(Self.refused, way)
    }

    private func exchange(_ exchanges: [Exchange], _ way: Way) throws {
        let bridge = try FlagpoleProcess(["server": ["max_body_bytes": 1000]])
        for exchange in exchanges {
            let name: Comment = "\(exchange.rule)"
            let client = try bridge.client()
            switch way {
            case .whole: client.socket.send(exchange.bytes)
            // What is refused early takes no more; the answer counts.
            case .byteByByte: for byte in exchange.bytes where !client.socket.send([byte]) { break }
            case .pipelined:
                client.socket.send(Array(client.encode("GET", "/healthz").utf8) + exchange.bytes)
                #expect(try client.answer().status == 200, name)
            }
            let answer = try client.answer()
            #expect(answer.status == exchange.status, name)
            #expect(answer.headers["Connection"] == (exchange.staysOpen ? "keep-alive" : "close"), name)
            if exchange.staysOpen {
                #expect(try client.request("GET", "/healthz").text == #"{"status":"ok"}"#, name)
            } else {
                #expect(try client.isClosed(), name)
            }
        }
        #expect(try bridge.redis().command("EXISTS", "notifications:user:42").integer == 0, "nothing was published")
    }

    @Test func `answers come in the order of the requests, up to the one that is refused`() throws {
        let bridge = try FlagpoleProcess()
        let client = try bridge.client()
        let json = [("Content-Type", "application/json")]
        client.socket.send(
            client.encode("GET", "/healthz")
                + client.encode("POST", "/v1/feeds/user:42/notifications", headers: json, body: #"{"id":"first"}"#)
                + client.encode("GET", "/nothing")
                + "GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n"
                + client.encode("POST", "/v1/feeds/user:42/notifications", headers: json, body: #"{"id":"smuggled"}"#))
        #expect(try client.answer().text == #"{"status":"ok"}"#)
        #expect(try client.answer().text == #"{"ids":["first"]}"#)
        #expect(try client.answer().status == 404)
        #expect(try client.answer().status == 400)
        #expect(try client.isClosed())
        #expect(try bridge.redis().command("LLEN", "notifications:user:42").integer == 1)
    }
}

extension String {
    fileprivate static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
}
