import HTTP
import JSON
import Testing

/// Paths of the user's own.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RouteTests {
    private static let kinds = ["chat": ["list": "ticket_chat:{id}", "flag": "ticket_chat:{id}:new"]]
    private static let form = [("Content-Type", "application/x-www-form-urlencoded")]

    @Test func `a chat's front end finds its stream, its form and its history at its own paths`() throws {
        let bridge = try FlagpoleProcess([
            "server": ["max_body_bytes": 1000], "kinds": Self.kinds,
            "routes": [
                "/chat/stream": ["feed": "chat:{ticket_id}"],
                "/chat/{ticket_id}/history": ["feed": "chat:{ticket_id}", "history": true, "errors": "plain"],
                "POST /chat/send": [
                    "feed": "chat:{ticket_id}", "body": ["sender_id", "message"],
                    "require": ["ticket_id", "sender_id", "message"], "answer": ["status": "sent"], "errors": "plain",
                    "max_length": ["message": 10],
                ] as [String: Any],
                "POST /chat/seldom": ["feed": "chat:{ticket_id}", "per_minute": 2, "errors": "plain"],
            ],
        ])
        let stream = try EventStreamClient(bridge, path: "/chat/stream", query: "ticket_id=7")
        try stream.untilLive()
        let client = try bridge.client()
        func send(_ body: String, _ path: String = "/chat/send") throws -> HTTPAnswer {
            try client.request("POST", path, headers: Self.form, body: body)
        }
        let sent = try send("ticket_id=7&sender_id=a&message=hello+you&admin=1")
        #expect(sent.status == 200 && sent.text == #"{"status":"sent"}"#)
        let event = try stream.event().data.json
        #expect(event["sender_id"] == .string("a") && event["message"] == .string("hello you") && event["admin"] == nil)
        let redis = try bridge.redis()
        #expect(try redis.command("LLEN", "ticket_chat:7").integer == 1)

        let missing = try send("ticket_id=7&message=")
        #expect(missing.status == 400 && missing.text == #"{"error":"Missing parameters"}"#)
        #expect(try send("ticket_id=7&sender_id=a&message=hello+you+two").status == 422)
        #expect(try send("ticket_id=..%2F7&sender_id=a&message=m").status == 400)
        #expect(try send("ticket_id=7&sender_id=b&message=2").status == 200)
        // What is refused counts too: it is not even read.
        #expect(try [send("", "/chat/seldom"), send("ticket_id=8", "/chat/seldom")].map(\.status) == [400, 201])
        let early = try send("%", "/chat/seldom")
        #expect(early.status == 429 && early.headers["Retry-After"] != nil && early.json["error"] != nil)

        #expect(try stream.event().data.json["message"] == .string("2"))
        let history = try bridge.get("/chat/7/history?limit=1").json
        #expect(history["items"]?.asArray?.map { $0["body"]?["message"] } == [.string("2")])
        #expect(try bridge.get("/chat/stream").status == 400)
        let unknown = try bridge.get("/chat/7/history?before=x")
        #expect(unknown.status == 404 && unknown.json["error"]?.asString?.contains("x") == true)
        // Also where the path is not reached.
        let unfit = try bridge.client().request("DELETE", "/chat/send")
        #expect(unfit.status == 405 && unfit.json["error"] != nil && unfit.headers["Allow"] == "POST, OPTIONS")
        let large = try send(String(repeating: "a", count: 1001))
        #expect(large.status == 413 && large.json["error"] != nil && large.json["status"] == nil)
    }

    @Test func `in a route with an identity everyone gets their own, and nobody writes in another's name`() throws {
        let bridge = try FlagpoleProcess(
            [
                "kinds": Self.kinds, "auth": ["mode": "token"],
                "routes": [
                    "/sse/notifications": ["feed": "user:{user}"],
                    "POST /chat/send": [
                        "feed": "chat:{ticket_id}", "who": "reader", "require": ["ticket_id", "message"],
                        "set": ["sender_id": "{user}"],
                    ] as [String: Any],
                    "POST /chat/notice": ["feed": "chat:{ticket_id}"],
                ],
            ], environment: ["FLAGPOLE_ADMIN_KEY": "admin-key-0123456789"])
        let token = "reader-of-chat-seven"
        try bridge.redis().command("SET", "flagpole:token:\(token)", #"{"identity":"42","feeds":["chat:7"]}"#)
        let stream = try EventStreamClient(bridge, path: "/sse/notifications", query: "user=1&token=\(token)")
        #expect(try stream.event().data.json["feeds"] == .array([.string("user:42")]))
        #expect(try bridge.get("/sse/notifications").status == 401)

        let client = try bridge.client()
        func send(_ path: String, _ body: String, _ headers: [(String, String)]) throws -> Int {
            let type = [("Content-Type", "application/json")]
            return try client.request("POST", path, headers: type + headers, body: body).status
        }
        let reader = [("Authorization", "Bearer \(token)")]
        let body = #"{"ticket_id":"7","message":"hi","sender_id":"1"}"#
        #expect(try send("/chat/send", body, reader) == 201)
        let entry = try bridge.redis().command("LINDEX", "ticket_chat:7", "0").string.json
        #expect(entry["sender_id"] == .string("42") && entry["message"] == .string("hi"))
        #expect(try send("/chat/send", #"{"ticket_id":"8","message":"hi"}"#, reader) == 403)
        #expect(try send("/chat/send", body, []) == 401)
        #expect(try send("/chat/send", body, reader + [("Origin", "http://elsewhere.example")]) == 403)
        #expect(try send("/chat/notice", body, reader) == 403)
        #expect(try send("/chat/notice", "no JSON", reader) == 403)
        let key = [("Authorization", "Bearer admin-key-0123456789")]
        #expect(try send("/chat/notice", body, key) == 201)
        #expect(try send("/chat/send", body, key) == 401)
        #expect(try bridge.redis().command("LLEN", "ticket_chat:7").integer == 2)
    }
}
