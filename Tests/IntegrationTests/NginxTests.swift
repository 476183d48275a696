import HTTP
import Testing

/// `docs/nginx.conf`, tried.
@Suite(.serialized, .timeLimit(.minutes(1)), .enabled(if: Nginx.isInstalled, "nginx is not installed"))
struct NginxTests {
    private let bridge: FlagpoleProcess
    private let nginx: Nginx
    private var port: Int { nginx.port }

    init() throws {
        bridge = try FlagpoleProcess(
            [
                "server": [
                    "port": LoopbackSocket.unusedPort(), "hosts": ["push.example"], "max_streams_per_address": 2,
                    "ping_ms": 300,
                ],
                "auth": ["mode": "proxy", "trusted_proxies": ["127.0.0.3"]],
            ], environment: ["FLAGPOLE_ADMIN_KEY": "admin-key-0123456789"])
        nginx = try Nginx(
            upstream: "127.0.0.1:\(bridge.port)",
            [
                // Else it would come from the address that its clients have here, and that cannot be told from theirs.
                ("proxy_http_version 1.1;", "proxy_http_version 1.1; proxy_bind 127.0.0.3;"),
                // Whoever signs in is let in, as auth_basic lets in whom it knows.
                ("$remote_user", "$http_x_signed_in"),
            ])
    }

    private let signedIn = [("Host", "push.example"), ("X-Signed-In", "42")]

    @Test func `streams pass at once and with their heartbeats, and come back where they were`() throws {
        let stream = try bridge.stream("feed=user:42", headers: signedIn, port: port)
        try stream.untilLive()
        let began = ContinuousClock.now
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        #expect(ContinuousClock.now - began < .seconds(2))
        #expect(try stream.event().event == "ping")
        #expect(stream.head?.headers["X-Accel-Buffering"] == nil, "nginx has acted on it")

        try bridge.redis().push(#"{"id":"b"}"#, to: "user:42")
        let back = try bridge.stream(
            "feed=user:42", headers: signedIn + [("Last-Event-ID", stream.lastEventID)], port: port)
        #expect(try back.ids(1) == ["b"])
    }

    @Test func `nginx's log of requests has no token`() throws {
        for target in [
            "/v1/stream?feed=user:42&token=a-secret-token", "/v1/Tokens/a-secret-token?x",
            "/v1/tokensa-secret-token/token", "/v1/tokens",
            "/healthz",
        ] {
            _ = try HTTPClient(bridge, port: port).request("GET", target, headers: [("Host", "push.example")])
        }
        try eventually("the log") { nginx.accessLog.contains("/healthz") }
        #expect(nginx.accessLog.contains(#""GET /v1/stream HTTP/1.1" 401"#), "\(nginx.accessLog)")
        for shown in ["/v1/Tokens...", "/v1/tokens...", "/v1/tokens"] {
            #expect(nginx.accessLog.contains(#""GET \#(shown) HTTP/1.1" 40"#), "\(nginx.accessLog)")
        }
        #expect(!nginx.accessLog.contains("secret"))
    }

    @Test func `nginx says who reads and from where; what a browser claims does not get through`() throws {
        let claims = [("Host", "push.example"), ("X-Forwarded-User", "42"), ("X-Forwarded-For", "192.0.2.9")]
        let refused = try bridge.stream("feed=user:42", headers: claims, port: port)
        #expect(try refused.next() == nil)
        #expect(refused.head?.status == 401)
        let foreign = try bridge.stream("feed=user:7", headers: signedIn, port: port)
        #expect(try foreign.next() == nil)
        #expect(foreign.head?.status == 403)

        let streams = try ["192.0.2.1", "192.0.2.1"].map { address in
            let stream = try bridge.stream(
                "feed=user:42", headers: signedIn + [("X-Forwarded-For", address)], port: port)
            try stream.untilLive()
            return stream
        }
        // Both count for the peer that nginx saw, whatever they said.
        let third = try bridge.stream(
            "feed=user:42", headers: signedIn + [("X-Forwarded-For", "192.0.2.2")], port: port)
        #expect(try third.next() == nil)
        #expect(third.head?.status == 200 && third.text.contains("retry:"))
        withExtendedLifetime(streams) {}
    }
}
