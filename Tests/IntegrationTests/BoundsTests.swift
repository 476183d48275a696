import Glibc
import HTTP
import Testing

/// What one peer, one caller and one request may cost at most.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct BoundsTests {
    private static let keys = ["first-key-0123456789", "second-key-0123456789"]

    private func bridge(_ server: [String: any Sendable]) throws -> FlagpoleProcess {
        try FlagpoleProcess(
            ["auth": ["mode": "token"], "server": server.merging(["port": LoopbackSocket.unusedPort()]) { $1 }],
            environment: ["FLAGPOLE_ADMIN_KEY": Self.keys.joined(separator: ",")])
    }

    /// A token as an application makes it.
    private func token(_ record: String, _ bridge: FlagpoleProcess) throws -> (String, String) {
        let token = "token-\(UInt64.random(in: 1_000_000_000 ... .max))"
        try bridge.redis().command("SET", "flagpole:token:\(token)", record)
        return ("Authorization", "Bearer \(token)")
    }

    @Test func `streams of an identity are limited, whatever its tokens and addresses`() throws {
        let bridge = try bridge(["max_streams_per_identity": 2])
        let tokens = try (0..<3).map { _ in try token(#"{"identity":"42"}"#, bridge) }
        var streams = try tokens.prefix(2).map { try bridge.liveStream("feed=user:42", headers: [$0]) }
        let refused = try bridge.stream("feed=user:42", headers: [tokens[2]])
        #expect(try refused.next() == nil)
        #expect(refused.head?.status == 200 && refused.text.contains("too many streams of an identity"))
        let other = try token(#"{"identity":"7"}"#, bridge)
        try bridge.liveStream("feed=user:7", headers: [other])
        // A token without an identity stands for itself.
        let record = #"{"feeds":["user:42"]}"#
        let (one, another) = (try token(record, bridge), try token(record, bridge))
        streams += try [one, one, another].map { try bridge.liveStream("feed=user:42", headers: [$0]) }
        #expect(try bridge.stream("feed=user:42", headers: [one]).next() == nil)

        streams.removeFirst()
        try eventually("a free place") {
            (try? bridge.liveStream("feed=user:42", headers: [tokens[2]])) != nil
        }
        withExtendedLifetime(streams) {}
    }

    @Test func `requests of a key, of an identity and of a token are limited each for itself`() throws {
        let bridge = try bridge(["requests_per_second_per_key": 1])
        func ask(_ header: (String, String), _ target: String = "/v1/feeds/user:42/unread") throws -> HTTPAnswer {
            try bridge.client().request("GET", target, headers: [header])
        }
        let tokens = try [#"{"identity":"42"}"#, #"{"feeds":["user:42"]}"#].map { try token($0, bridge) }
        for caller in Self.keys.map({ ("Authorization", "Bearer \($0)") }) + tokens {
            #expect(try ask(caller).status == 200 && ask(caller).status == 200)
            let limited = try ask(caller)
            #expect(limited.status == 429 && limited.headers["Retry-After"] == "1")
            #expect(limited.text.contains("with this key or token"))
            #expect(try ask(caller, "/v1/stream?feed=user:42").text.contains("retry:"))
        }
        #expect(try bridge.get("/healthz").status == 200)
    }

    @Test func `a head, a body and the next request may take as long as is set, and no longer`() throws {
        let bridge = try FlagpoleProcess([
            "server": ["head_timeout_ms": 300, "body_timeout_ms": 600, "idle_timeout_ms": 900]
        ])
        let request = "POST /v1/feeds/user:42/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
        for (sent, milliseconds) in [(request, 300), (request + "\r\n{", 600)] {
            let client = try bridge.client()
            let began = ContinuousClock.now
            client.socket.send(sent)
            #expect(try client.answer().status == 408)
            #expect(ContinuousClock.now - began >= .milliseconds(milliseconds - 50))
        }
        let client = try bridge.client()
        #expect(try client.request("GET", "/healthz").status == 200)
        let began = ContinuousClock.now
        #expect(try client.isClosed())
        #expect(ContinuousClock.now - began >= .milliseconds(850))
        try eventually("the metrics") {
            try bridge.metric(#"flagpole_http_responses_total{status="408"}"#) == 2
                && bridge.metric(#"flagpole_connections_closed_total{reason="idle"}"#) ?? 0 >= 1
        }
    }

    @Test func `requests without an end, from whomever, take as much memory as is set, and no more`() throws {
        let bridge = try bridge(["max_buffered_request_bytes": 8_000_000])
        let publish = "/v1/feeds/user:42/notifications"
        let head = "POST \(publish) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
        let unfinished = String(repeating: "x", count: 999_999)
        let before = bridge.mostResidentKilobytes
        let sockets = try (0..<80).map { _ in
            let socket = try LoopbackSocket(port: bridge.port)
            socket.send(head + unfinished)
            return socket
        }
        let key = [("Authorization", "Bearer \(Self.keys[0])")]
        try eventually("room") {
            let metrics = try bridge.client().request("GET", "/metrics", headers: key).text
            let closed = metrics.split(separator: "\n").first { $0.contains(#"closed_total{reason="crowded"}"#) }
            return (closed?.split(separator: " ").last.flatMap { Int($0) } ?? 0) >= 72
        }
        #expect(bridge.mostResidentKilobytes - before < 40_000)
        #expect(try bridge.client().publish(#"{"id":"a"}"#, to: "user:42", headers: key).status == 201)
        withExtendedLifetime(sockets) {}
    }

    @Test func `while others wait for their answers, a request with a body may be asked to come again`() throws {
        let redis = try RedisServer()
        let bridge = try FlagpoleProcess(
            ["server": ["max_buffered_request_bytes": 65_536, "max_header_bytes": 1024, "max_body_bytes": 60_000]],
            redis: redis)
        try eventually("it is ready") { try bridge.get("/readyz").status == 200 }
        let (waiting, client) = (try bridge.client(), try bridge.client())
        let body = #"{"id":"a","text":"\#(String(repeating: "x", count: 40_000))"}"#
        let head =
            "POST /v1/feeds/user:42/notifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        redis.signal(SIGSTOP)
        waiting.socket.send(head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
        #expect(try client.request("GET", "/healthz").status == 200)
        let refused = try client.publish(body, to: "user:42")
        #expect(refused.status == 503 && refused.headers["Retry-After"] == "1")
        #expect(refused.text.contains("Too many requests wait"))
        redis.signal(SIGCONT)
        #expect(try waiting.answer().status == 201)
        #expect(try client.publish(body, to: "user:42").status == 201)
    }

    @Test func `request line, header, body, feeds and ids are as large as is set, and no larger`() throws {
        let bridge = try FlagpoleProcess([
            "server": [
                "max_request_line_bytes": 300, "max_header_bytes": 1024, "max_body_bytes": 1000,
                "max_feeds_per_stream": 2,
            ]
        ])
        func status(_ method: String, _ target: String, _ value: String = "", body: String = "") throws -> Int {
            try bridge.client().request(
                method, target, headers: [("Content-Type", "application/json"), ("X", value)], body: body
            ).status
        }
        // "GET " and " HTTP/1.1" are 13 bytes of the line, "Host", "Content-Type" and "X:" some of the header.
        let path = "/healthz?"
        #expect(try status("GET", path + String(repeating: "a", count: 300 - 13 - path.utf8.count)) == 200)
        #expect(try status("GET", path + String(repeating: "a", count: 301 - 13 - path.utf8.count)) == 414)
        #expect(try status("GET", "/healthz", String(repeating: "a", count: 900)) == 200)
        #expect(try status("GET", "/healthz", String(repeating: "a", count: 1024)) == 431)
        let publish = "/v1/feeds/user:42/notifications"
        func body(_ count: Int) -> String { #"{"id":"a","t":"\#(String(repeating: "x", count: count - 17))"}"# }
        #expect(try status("POST", publish, body: body(1000)) == 201)
        #expect(try status("POST", publish, body: body(1001)) == 413)
        func id(_ count: Int) -> String { #"{"id":"\#(String(repeating: "i", count: count))"}"# }
        #expect(try status("POST", publish, body: id(256)) == 201)
        #expect(try status("POST", publish, body: id(257)) == 422)
        #expect(try status("HEAD", "/v1/stream?feed=user:1&feed=user:2") == 200)
        #expect(try status("GET", "/v1/stream?feed=user:1&feed=user:2&feed=user:3") == 400)
        try eventually("the metrics") {
            try [400, 413, 414, 422, 431].allSatisfy {
                try bridge.metric(#"flagpole_http_responses_total{status="\#($0)"}"#) == 1
            }
        }
    }
}
