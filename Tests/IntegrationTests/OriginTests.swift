import HTTP
import JSON
import Testing

/// What pages of other origins are told, and by which names the server may be called.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct OriginTests {
    private static let page = [("Origin", "https://app.example")]

    private func bridge(_ settings: FlagpoleProcess.Settings) throws -> FlagpoleProcess {
        try FlagpoleProcess(settings.merging(["cors": ["origins": ["https://app.example"]]]) { $1 })
    }

    @Test func `a request that was given up is answered to the page that sent it`() throws {
        let bridge = try bridge(["server": ["max_body_bytes": 100, "body_timeout_ms": 300, "head_timeout_ms": 300]])
        let publish = "POST /v1/feeds/user:42/notifications HTTP/1.1\r\nHost: localhost\r\n"
        let origin = "Origin: https://app.example\r\n"
        for (request, status) in [
            (publish + origin + "Content-Length: 101\r\n\r\n", 413),
            (publish + origin + "Content-Length: 9\r\n\r\na", 408),
            (publish + origin + "Transfer-Encoding: chunked\r\n\r\nx", 400),
            (publish + "Origin: https://evil.example\r\nContent-Length: 101\r\n\r\n", 413),
            (publish + origin, 408), ("nonsense\r\n\r\n", 400),
        ] {
            let client = try bridge.client()
            client.socket.send(request)
            let answer = try client.answer()
            #expect(answer.status == status && answer.headers["Vary"] == "Origin", "\(request)")
            let isWhole = request.contains(origin) && request.contains("\r\n\r\n")
            #expect(
                answer.headers["Access-Control-Allow-Origin"] == (isWhole ? "https://app.example" : nil), "\(request)")
        }
    }

    @Test func `no page of another origin has a part in what operators may, whatever is allowed elsewhere`() throws {
        let port = try LoopbackSocket.unusedPort()
        let bridge = try bridge(["server": ["admin": "127.0.0.1:\(port)", "port": LoopbackSocket.unusedPort()]])
        func ask(_ method: String, _ target: String, _ headers: [(String, String)]) throws -> HTTPAnswer {
            try HTTPClient(bridge, port: port).request(
                method, target, headers: headers + [("Content-Type", "application/json")],
                body: method == "POST" ? #"{"id":"a"}"# : "")
        }
        let (publish, own) = ("/v1/feeds/user:42/notifications", "127.0.0.1:\(port)")
        for header in Self.page + [("Sec-Fetch-Site", "cross-site")] {
            #expect(try ask("POST", publish, [header]).status == 403)
            #expect(try ask("HEAD", "/v1/stream?feed=user:42", [header]).status == 403)
        }
        let preflight = try ask("OPTIONS", publish, Self.page + [("Access-Control-Request-Method", "POST")])
        #expect(preflight.status == 204 && preflight.headers["Access-Control-Allow-Methods"] == nil)
        let metrics = try ask("GET", "/metrics", Self.page)
        #expect(metrics.status == 200 && metrics.headers["Access-Control-Allow-Origin"] == nil)
        for answer in [preflight, metrics, try ask("GET", "/v1/nothing", []), try ask("POST", publish, Self.page)] {
            #expect(answer.headers["Vary"] == "Origin")
        }
        #expect(try ask("POST", publish, [("Origin", "http://\(own)"), ("Host", own)]).status == 201)
        #expect(try ask("HEAD", "/v1/stream?feed=user:42", []).status == 200)
        // Where all are served, that page is still welcome.
        #expect(try bridge.client().publish(#"{"id":"b"}"#, to: "user:42", headers: Self.page).status == 201)
    }

    @Test func `why a bridge is not ready is told to whoever asks, also where operators have an address`() throws {
        let (redis, port) = (try RedisServer(), try LoopbackSocket.unusedPort())
        let bridge = try FlagpoleProcess(
            ["server": ["admin": "127.0.0.1:\(port)", "port": LoopbackSocket.unusedPort()]], redis: redis)
        redis.kill()
        try eventually("not ready") { try bridge.get("/readyz").status == 503 }
        for client in [try bridge.client(), try HTTPClient(bridge, port: port)] {
            let answer = try client.request("GET", "/readyz")
            #expect(answer.status == 503 && answer.json["last_tick_age_ms"] != nil)
            #expect(answer.json["reasons"]?.asObject?["redis"] != nil)
        }
    }

    @Test func `behind a proxy the server is called by the names that are listed, if any are`() throws {
        for (hosts, status) in [(["push.example"], 421), ([], 200)] {
            let bridge = try FlagpoleProcess(["auth": ["mode": "proxy"], "server": ["hosts": hosts]])
            func ask(_ host: String) throws -> Int {
                try bridge.client().request(
                    "HEAD", "/v1/stream?feed=user:42", headers: [("X-Forwarded-User", "42"), ("Host", host)]
                ).status
            }
            #expect(try ask("evil.example") == status)
            #expect(try ask("push.example:8080") == 200 && ask("127.0.0.1") == 200 && ask("localhost") == 200)
        }
    }

    @Test func `OPTIONS asks the server as a whole, or a path`() throws {
        let bridge = try FlagpoleProcess()
        let whole = try bridge.client().request("OPTIONS", "*")
        #expect(whole.status == 204 && whole.headers["Allow"] == nil)
        let page = try bridge.client().request("OPTIONS", "/")
        #expect(page.status == 204 && page.headers["Allow"] == "GET, HEAD, OPTIONS")
    }

    @Test func `every answer may depend on the origin, also where none is named`() throws {
        let bridge = try FlagpoleProcess()
        for target in ["/", "/healthz", "/v1/nothing", "/v1/feeds/user:42/unread", "/v1/stream"] {
            #expect(try bridge.get(target).headers["Vary"] == "Origin", "\(target)")
        }
        let stream = try bridge.liveStream("feed=user:42")
        #expect(stream.head?.headers["Vary"] == "Origin")
    }
}
