import HTTP
import JSON
import Testing

/// Requests that are refused, and how.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RefusalTests {
    struct Refusal {
        var method = "POST"
        var path = "/v1/feeds/user:42/notifications"
        var headers: [(String, String)] = []
        var type: String? = "application/json"
        var body = #"{"id":"refused"}"#
        let status: Int
        /// What the detail says.
        let says: String
    }

    static let refusals = [
        Refusal(body: #"{"id":"refused""#, status: 400, says: "not JSON"),
        Refusal(body: "", status: 400, says: "not JSON"),
        Refusal(body: "{\"id\":\"\u{1}\"}", status: 400, says: "not JSON"),
        Refusal(type: nil, status: 415, says: "application/json"),
        Refusal(type: "text/plain", status: 415, says: "application/json"),
        Refusal(type: "application/jsonp", status: 415, says: "application/json"),
        Refusal(type: "application/x-www-form-urlencoded", status: 415, says: "application/json"),
        Refusal(body: "17", status: 422, says: "Notification 0"),
        Refusal(body: "[]", status: 422, says: "1 to 1000"),
        Refusal(body: #"[{"id":"a"},{"id":"b"},[]]"#, status: 422, says: "Notification 2"),
        Refusal(body: #"[{"id":"a"},{"id":" b"}]"#, status: 422, says: "Notification 1"),
        Refusal(body: #"[{"id":"a"},{"id":1.5}]"#, status: 422, says: "Notification 1"),
        Refusal(
            body: #"[{"id":"a"},{"t":"\#(String(repeating: "x", count: 600))"}]"#, status: 422, says: "Notification 1"),
        Refusal(
            body: "[" + Array(repeating: "{}", count: 1001).joined(separator: ",") + "]", status: 422, says: "1001"),
        Refusal(body: #"{"t":"\#(String(repeating: "x", count: 5000))"}"#, status: 413, says: "4096"),
        Refusal(path: "/v1/feeds/order:1/notifications", status: 404, says: "order"),
        Refusal(path: "/v1/feeds/user/notifications", status: 400, says: "KIND:ID"),
        Refusal(path: "/v1/feeds/User:1/notifications", status: 400, says: "KIND:ID"),
        Refusal(path: "/v1/feeds/user:1%20/notifications", status: 400, says: "KIND:ID"),
        Refusal(path: "/v1/feed/user:1/notifications", status: 404, says: "/v1"),
        Refusal(headers: [("Origin", "http://evil.example")], status: 403, says: "origin"),
        Refusal(headers: [("Origin", "null")], status: 403, says: "origin"),
        Refusal(headers: [("Origin", "http://127.0.0.1:1")], status: 403, says: "origin"),
        Refusal(headers: [("Sec-Fetch-Site", "cross-site")], status: 403, says: "origin"),
        Refusal(headers: [("Sec-Fetch-Site", "same-site")], status: 403, says: "origin"),
        Refusal(headers: [("Host", "evil.example")], status: 421, says: "server.hosts"),
        Refusal(headers: [("Host", "127.0.0.1.evil.example:8080")], status: 421, says: "server.hosts"),
        Refusal(
            method: "GET", path: "/v1/stream?feed=user:42", headers: [("Host", "evil.example")], status: 421,
            says: "server.hosts"),
        Refusal(method: "GET", path: "/", headers: [("Host", "evil.example")], status: 421, says: "server.hosts"),
    ]

    @Test func `a request that cannot be taken is told why, and nothing is pushed`() throws {
        let bridge = try FlagpoleProcess([
            "server": ["max_body_bytes": 4096], "poll": ["max_notification_bytes": 512],
        ])
        for refusal in Self.refusals {
            let name: Comment = "\(refusal.method) \(refusal.path) \(refusal.headers) \(refusal.body.prefix(60))"
            let type = refusal.method == "GET" ? nil : refusal.type
            let answer = try bridge.client().request(
                refusal.method, refusal.path, headers: refusal.headers + (type.map { [("Content-Type", $0)] } ?? []),
                body: refusal.method == "GET" ? "" : refusal.body)
            #expect(answer.status == refusal.status, name)
            #expect(answer.headers["Content-Type"] == "application/problem+json", name)
            #expect(answer.json.asObject?.members.map(\.name) == ["type", "title", "status", "detail"], name)
            #expect(answer.json["status"]?.asInt == refusal.status, name)
            #expect(answer.json["detail"]?.asString?.contains(refusal.says) == true, "\(name) \(answer.text)")
        }
        #expect(try bridge.redis().command("DBSIZE").integer == 1, "only the lease")
    }

    @Test func `what comes from the bridge's own page is taken`() throws {
        let bridge = try FlagpoleProcess(["server": ["hosts": ["bridge.example"]]])
        let own = [
            [("Origin", "http://127.0.0.1:\(bridge.port)"), ("Sec-Fetch-Site", "same-origin")],
            [("Sec-Fetch-Site", "none")],
            [("Host", "localhost:\(bridge.port)"), ("Origin", "http://localhost:\(bridge.port)")],
            [("Host", "[::1]:\(bridge.port)")],
            [("Host", "bridge.example")],
        ]
        for headers in own {
            #expect(try bridge.client().publish("{}", to: "user:42", headers: headers).status == 201, "\(headers)")
        }
    }

    @Test func `a method that a path lacks is refused with those that it has`() throws {
        let bridge = try FlagpoleProcess()
        let client = try bridge.client()
        for (method, path, allowed) in [
            ("DELETE", "/v1/stream", "GET"), ("POST", "/v1/stream", "GET"), ("PUT", "/healthz", "GET"),
            ("PATCH", "/metrics", "GET"), ("DELETE", "/", "GET"),
            ("PUT", "/v1/feeds/user:42/notifications", "POST"),
        ] {
            let answer = try client.request(method, path)
            #expect(answer.status == 405, "\(method) \(path)")
            #expect(answer.headers["Content-Type"] == "application/problem+json")
            let methods = answer.headers["Allow"]?.split(separator: ", ").map(String.init) ?? []
            #expect(methods.contains(allowed) && !methods.contains(method), "\(method) \(path)")
        }
    }

    @Test(arguments: ["/", "/app.js", "/style.css", "/favicon.svg", "/healthz", "/readyz", "/v1/stream?feed=user:42"])
    func `HEAD answers as GET does, without the body`(path: String) throws {
        let bridge = try FlagpoleProcess()
        try eventually("readiness") { try bridge.get("/readyz").status == 200 }
        let client = try bridge.client()
        let head = try client.request("HEAD", path)
        #expect(head.status == 200)
        if path.hasPrefix("/v1/stream") {
            #expect(head.headers["Content-Type"] == "text/event-stream; charset=utf-8")
            #expect(try bridge.metric("flagpole_streams") == 0)
            guard head.headers["Connection"] != "close" else { return }
        } else {
            let get = try client.request("GET", path)
            #expect(get.status == 200)
            #expect(!get.body.isEmpty)
            #expect(get.headers["Content-Type"] == head.headers["Content-Type"])
            if path != "/readyz" { #expect(get.headers["Content-Length"] == head.headers["Content-Length"]) }
        }
        #expect(try client.request("GET", "/healthz").text == #"{"status":"ok"}"#)
    }

    @Test func `probes are answered whatever name they know the server by`() throws {
        let bridge = try FlagpoleProcess()
        for path in ["/healthz", "/readyz"] {
            try eventually("readiness") {
                try bridge.client().request("GET", path, headers: [("Host", "probe.internal")]).status == 200
            }
        }
    }
}
