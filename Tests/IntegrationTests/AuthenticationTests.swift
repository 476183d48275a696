import Access
import Foundation
import HTTP
import JSON
import Redis
import Testing

/// Who may read, and how long.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct AuthenticationTests {
    private static let kinds = ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]]
    private static let adminKey = "admin-key-0123456789"
    private static let secret = "0123456789abcdef0123456789abcdef"

    private func bridge(
        _ mode: String, _ more: [String: any Sendable] = [:], secret: String? = nil, redis: RedisServer? = nil,
        server: [String: any Sendable] = [:]
    ) throws -> FlagpoleProcess {
        var environment = ["FLAGPOLE_ADMIN_KEY": "\(Self.adminKey),job-key-0123456789 job"]
        environment["FLAGPOLE_JWT_SECRET"] = secret
        return try FlagpoleProcess(
            [
                "auth": more.merging(["mode": mode]) { $1 }, "kinds": Self.kinds, "log": ["level": "debug"],
                "server": server.merging(["port": LoopbackSocket.unusedPort(), "retry_ms": 50]) { $1 },
            ], redis: redis, environment: environment)
    }

    private func bearer(_ token: String) -> [(String, String)] { [("Authorization", "Bearer \(token)")] }

    /// A token as an application makes it.
    private func mint(_ bridge: FlagpoleProcess, _ record: String, seconds: Int = 300) throws -> String {
        let token = "app.\(UUID().uuidString)"
        try bridge.redis().command("SET", "flagpole:token:\(token)", record, "EX", String(seconds))
        return token
    }

    private func status(
        _ bridge: FlagpoleProcess, _ method: String, _ target: String, _ headers: [(String, String)] = []
    ) throws -> Int {
        let body = method == "POST" ? #"{"all":true}"# : ""
        let type = method == "POST" ? [("Content-Type", "application/json")] : []
        return try bridge.client().request(method, target, headers: headers + type, body: body).status
    }

    // MARK: - Tokens

    @Test func `every route that names a feed asks for a token, and for one that lets read it`() throws {
        let bridge = try bridge("token")
        let token = try mint(bridge, #"{"feeds":["job:*","user:7"],"identity":"42"}"#)
        for feed in ["user:42", "user:7", "job:1", "user:8"] {
            let routes = [
                ("HEAD", "/v1/stream?feed=\(feed)"), ("GET", "/v1/feeds/\(feed)/notifications"),
                ("GET", "/v1/feeds/\(feed)/unread"), ("POST", "/v1/feeds/\(feed)/read"),
                ("DELETE", "/v1/feeds/\(feed)/notifications/a"),
            ]
            for (method, target) in routes {
                #expect(try status(bridge, method, target) == 401)
                #expect(try status(bridge, method, target, bearer("x")) == 401)
                #expect(try status(bridge, method, target, bearer("unknown-0123456789")) == 401)
                let expected = feed == "user:8" ? 403 : feed == "job:1" && target.hasSuffix("read") ? 409 : 200
                #expect(try status(bridge, method, target, bearer(token)) == expected, "\(method) \(target)")
            }
        }
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42&feed=user:8", bearer(token)) == 403)
        let refused = try bridge.get("/v1/feeds/user:42/unread")
        #expect(
            refused.headers["WWW-Authenticate"] == "Bearer"
                && refused.headers["Content-Type"] == "application/problem+json")
        #expect(try bridge.get("/healthz").status == 200 && bridge.get("/readyz").status == 200)
        #expect(!bridge.log.contains(token))
    }

    @Test func `a token may stand in the header, in a stream's query, or in the cookie; the first decides`() throws {
        let bridge = try bridge("token")
        let token = try mint(bridge, #"{"identity":"42"}"#)
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42&token=\(token)") == 200)
        #expect(
            try status(bridge, "HEAD", "/v1/stream?feed=user:42", [("Cookie", "a=b; flagpole_token=\(token)")]) == 200)
        #expect(try status(bridge, "GET", "/v1/feeds/user:42/unread", [("Cookie", "flagpole_token=\(token)")]) == 200)
        #expect(try status(bridge, "GET", "/v1/feeds/user:42/unread?token=\(token)") == 401)
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42&token=\(token)", bearer("wrong-0123456789")) == 401)
        // A key is not a token, and does not belong into a URL.
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42&token=\(Self.adminKey)") == 401)
        #expect(try status(bridge, "DELETE", "/v1/tokens/\(token)", bearer(Self.adminKey)) == 204)
        // The log has each request, and no secret of any.
        for shown in ["target=\"/v1/stream?feed=user:42&token=…\"", "/v1/tokens/…"] {
            #expect(bridge.log.contains(shown), "\(bridge.log)")
        }
        #expect(!bridge.log.contains(token) && !bridge.log.contains(Self.adminKey))
    }

    @Test(arguments: ["DEL", "revoke", "DELETE", "expiry"])
    func `a token that ends takes its streams along within a second, and no others`(how: String) throws {
        let bridge = try bridge("token")
        let token = try mint(bridge, #"{"identity":"42"}"#, seconds: how == "expiry" ? 2 : 300)
        let other = try mint(bridge, #"{"identity":"42"}"#)
        let streams = try [token, other].map { try bridge.liveStream("feed=user:42", headers: bearer($0)) }
        let began = ContinuousClock.now
        switch how {
        case "DEL": try bridge.redis().command("DEL", "flagpole:token:\(token)")
        case "revoke": #expect(try bridge.run("token", "revoke", token).status == 0)
        case "DELETE": #expect(try status(bridge, "DELETE", "/v1/tokens/\(token)", bearer(Self.adminKey)) == 204)
        default: break
        }
        #expect(try streams[0].untilEnd().map(\.event) == ["auth-expired"])
        #expect(ContinuousClock.now - began < .seconds(how == "expiry" ? 3.5 : 1.5))
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try streams[1].ids(1) == ["a"])
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42", bearer(token)) == 401)
    }

    @Test func `a token that is given more time keeps its streams, and one that is given less does not`() throws {
        let bridge = try bridge("token")
        let token = try mint(bridge, #"{"identity":"42"}"#)
        let redis = try bridge.redis()
        try redis.command("PEXPIRE", "flagpole:token:\(token)", "3000")
        let stream = try bridge.liveStream("feed=user:42", headers: bearer(token))
        let began = ContinuousClock.now
        try redis.command("PEXPIRE", "flagpole:token:\(token)", "300000")
        #expect(throws: HarnessError.self) { _ = try stream.event(within: .milliseconds(3500)) }
        #expect(ContinuousClock.now - began > .milliseconds(3400) && !stream.isAtEnd)
        try redis.push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        try redis.command("PEXPIRE", "flagpole:token:\(token)", "100")
        let shortened = ContinuousClock.now
        #expect(try stream.untilEnd().map(\.event) == ["auth-expired"])
        // A second, and more on a busy machine.
        #expect(ContinuousClock.now - shortened < .seconds(5))
    }

    @Test func `a token that grants less takes along the streams of what it no longer grants`() throws {
        let bridge = try bridge("token")
        let token = try mint(bridge, #"{"feeds":["user:50","user:51"]}"#)
        let streams = try ["feed=user:51", "feed=user:50", "feed=user:50&feed=user:51"].map {
            try bridge.liveStream($0, headers: bearer(token))
        }
        let redis = try bridge.redis()
        func grant(_ record: String) throws { try redis.command("SET", "flagpole:token:\(token)", record, "KEEPTTL") }
        try grant(#"{"feeds":["user:51"]}"#)
        for stream in streams[1...] { #expect(try stream.untilEnd().map(\.event) == ["auth-expired"]) }
        try redis.push(#"{"id":"a"}"#, to: "user:51")
        #expect(try streams[0].ids(1) == ["a"])
        // More may be read at once, and a record that is none grants nothing.
        try grant(#"{"feeds":["user:51","user:52"]}"#)
        let wider = try bridge.liveStream("feed=user:52", headers: bearer(token))
        try grant("nonsense")
        for stream in [streams[0], wider] { #expect(try stream.untilEnd().map(\.event) == ["auth-expired"]) }
    }

    @Test func `while Redis is away streams stay, newcomers come back later, and requests are told so`() throws {
        let redis = try RedisServer()
        let bridge = try bridge("token", redis: redis)
        let token = try mint(bridge, #"{"identity":"42"}"#)
        let stream = try bridge.liveStream("feed=user:42", headers: bearer(token))
        let ending = try mint(bridge, #"{"identity":"42"}"#, seconds: 3)
        let last = try bridge.liveStream("feed=user:42", headers: bearer(ending))
        redis.kill()
        let refused = try bridge.stream("feed=user:42", headers: bearer(token))
        #expect(try refused.next() == nil)
        #expect(refused.head?.status == 200 && refused.text.contains("retry:"))
        #expect(try status(bridge, "GET", "/v1/feeds/user:42/unread", bearer(token)) == 503)
        #expect(throws: HarnessError.self) { _ = try stream.event(within: .seconds(2)) }
        #expect(!stream.isAtEnd)
        // What was to end by then has ended: nobody says that it was given more time.
        #expect(try last.untilEnd().map(\.event) == ["auth-expired"])
    }

    @Test func `tokens are minted over HTTP and from the command line`() throws {
        let bridge = try bridge("token")
        let body = #"{"feeds":["job:*"],"identity":"42","ttl_seconds":60}"#
        func mint(_ headers: [(String, String)], _ body: String) throws -> HTTPAnswer {
            try bridge.client().request(
                "POST", "/v1/tokens", headers: headers + [("Content-Type", "application/json")], body: body)
        }
        #expect(try mint([], body).status == 401)
        #expect(try mint(bearer("job-key-0123456789"), body).status == 403)
        let answer = try mint(bearer(Self.adminKey), body)
        #expect(answer.status == 201 && answer.json["expires_at"]?.asString?.hasSuffix("Z") == true)
        let minted = try #require(answer.json["token"]?.asString)
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42&feed=job:9", bearer(minted)) == 200)
        for wrong in [
            #"{}"#, #"[]"#, #"{"feeds":["*"]}"#, #"{"identity":"a b"}"#, #"{"identity":"a","ttl_seconds":0}"#,
        ] {
            #expect(try mint(bearer(Self.adminKey), wrong).status == 400)
        }
        let printed = try bridge.run("token", "--identity", "7", "--feeds", "job:1,job:2", "--ttl", "60")
        let token = printed.output.trimmingCharacters(in: .newlines)
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:7&feed=job:2", bearer(token)) == 200)
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=job:3", bearer(token)) == 403)
        #expect(try bridge.run("token").status == 64)
        #expect(try bridge.run("token", "--feeds", "*").status == 64)
        #expect(try bridge.redis().command("TTL", "flagpole:token:\(token)").integer > 50)
    }

    @Test func `a token of any form can be taken back, and what is wrong with the words around it is said without it`()
        throws
    {
        let bridge = try bridge("token")
        let token = "-made-by-an-application"
        try bridge.redis().command("SET", "flagpole:token:\(token)", #"{"identity":"42"}"#)
        for words in [
            ["revoke", token], ["revoke", "-\(token)"], ["revoke", "--", token, token], ["-\(token)"], ["x\(token)"],
        ] {
            let result = try bridge.run(["token"] + words)
            #expect(result.status == 64 && !result.errors.contains("application"), "\(words) \(result.errors)")
        }
        #expect(try bridge.run("token", "revoke", token).errors.contains("after -- it is no option"))
        #expect(try bridge.run("token", "revoke", "--", token).errors.contains("taken back"))
        #expect(try bridge.redis().command("EXISTS", "flagpole:token:\(token)").integer == 0)
    }

    // MARK: - Keys

    @Test func `writing takes an admin key, and one for the kind`() throws {
        let bridge = try bridge("token")
        let token = try mint(bridge, #"{"identity":"42"}"#)
        func publish(_ feed: String, _ headers: [(String, String)]) throws -> Int {
            try bridge.client().publish(#"{"title":"T"}"#, to: feed, headers: headers).status
        }
        #expect(try publish("user:42", []) == 401)
        #expect(try publish("user:42", bearer(token)) == 403)
        #expect(try publish("user:42", bearer(Self.adminKey + "x")) == 401)
        #expect(try publish("user:42", bearer("job-key-0123456789")) == 403)
        #expect(try publish("job:1", bearer("job-key-0123456789")) == 201)
        #expect(try publish("user:42", bearer(Self.adminKey)) == 201)
        for target in ["/metrics", "/v1/kinds", "/v1/presence", "/v1/quarantine"] {
            #expect(try status(bridge, "GET", target) == 401)
            #expect(try status(bridge, "GET", target, bearer(token)) == 403)
            #expect(try status(bridge, "GET", target, bearer(Self.adminKey)) == 200)
        }
        let key = ["FLAGPOLE_ADMIN_KEY": Self.adminKey]
        #expect(try bridge.run(["read", "user:42", "--all"]).status == 1)
        #expect(try bridge.run(["read", "user:42", "--all"], environment: key).output == "0 unread in user:42\n")
        #expect(try !bridge.run(["feeds"], environment: key).errors.contains("not known"))
        #expect(try bridge.run(["feeds"]).errors.contains("401"))
    }

    @Test func `what cannot be used stops the start, and no secret is told`() throws {
        let secret = Self.secret
        let cases: [(settings: FlagpoleProcess.Settings, environment: [String: String], says: String)] = [
            (["auth": ["mode": "jwt"]], [:], "FLAGPOLE_JWT_SECRET"),
            (["auth": ["mode": "jwt"]], ["FLAGPOLE_JWT_SECRET": "short-secret"], "32 bytes"),
            (["auth": ["mode": "token"]], ["FLAGPOLE_ADMIN_KEY": "short-key"], "16 or more"),
            (["auth": ["mode": "token"]], ["FLAGPOLE_ADMIN_KEY": "\(secret) short-order"], "no kind"),
            (["auth": ["mode": "basic"]], [:], "\"token\""), (["server": ["host": "0.0.0.0"]], [:], "loopback"),
            (["auth": ["trusted_proxies": ["nowhere"]]], [:], "10.0.0.0/8"),
            (["cors": ["origins": ["*"]]], [:], "https://app.example"),
        ]
        for (settings, environment, says) in cases {
            let bridge = try FlagpoleProcess(settings, environment: environment, starts: false)
            #expect(try bridge.startInVain() == 1)
            #expect(bridge.log.contains(says), "\(bridge.log)")
            #expect(!bridge.log.contains("short-") && !bridge.log.contains(secret))
        }
    }

    @Test func `operators may have an address of their own, where no key is asked for`() throws {
        let port = try LoopbackSocket.unusedPort()
        for mode in ["open", "token"] {
            let bridge = try bridge(mode, server: ["admin": "127.0.0.1:\(port)"])
            for target in ["/", "/metrics", "/v1/kinds", "/v1/presence", "/v1/quarantine"] {
                #expect(try bridge.client().request("GET", target, headers: bearer(Self.adminKey)).status == 404)
                #expect(try HTTPClient(bridge, port: port).request("GET", target).status == 200)
            }
            for target in ["/healthz", "/flagpole.js"] { #expect(try bridge.get(target).status == 200) }
            try eventually("it is ready") { try bridge.get("/readyz").status == 200 }
            // Nor by a foreign name, nor from a page elsewhere.
            let operators = try HTTPClient(bridge, port: port)
            #expect(try operators.request("GET", "/metrics", headers: [("Host", "evil.example")]).status == 421)
            #expect(
                try operators.publish("{}", to: "user:42", headers: [("Sec-Fetch-Site", "cross-site")]).status == 403)
            #expect(try operators.publish("{}", to: "user:42").status == 201)
            try bridge.stop()
        }
    }

    @Test func `with a token a server may be called by any name`() throws {
        let bridge = try bridge("token")
        let token = try mint(bridge, #"{"identity":"42"}"#)
        #expect(
            try status(bridge, "HEAD", "/v1/stream?feed=user:42", bearer(token) + [("Host", "push.example")]) == 200)
    }

    // MARK: - JSON Web Tokens and proxies

    private func sign(
        _ claims: String, header: String = #"{"alg":"HS256"}"#, _ key: String = secret
    ) -> String {
        let signed = [header, claims].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
        return signed + "." + Base64URL.encode(HMAC(key: Array(key.utf8)).code(for: Array(signed.utf8)))
    }

    @Test func `a JSON Web Token says who reads, and its end is the stream's`() throws {
        let bridge = try bridge("jwt", secret: Self.secret)
        let now = Int(Date().timeIntervalSince1970)
        let good = sign(#"{"sub":"42","feeds":["job:*"],"exp":\#(now + 60)}"#)
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42&feed=job:1", bearer(good)) == 200)
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:7", bearer(good)) == 403)
        let bad = [
            sign(#"{"sub":"42"}"#, header: #"{"alg":"none"}"#),
            sign(#"{"sub":"42"}"#, "another secret of 32 or more bytes"),
            sign(#"{"sub":"42","exp":\#(now - 100)}"#), sign(#"{"sub":"42","nbf":\#(now + 100)}"#), good + "x",
        ]
        for token in bad { #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:42", bearer(token)) == 401) }
        let stream = try bridge.liveStream("feed=user:42", headers: bearer(sign(#"{"sub":"42","exp":\#(now + 2)}"#)))
        #expect(try stream.untilEnd().map(\.event) == ["auth-expired"])
        #expect(
            try bridge.client().request(
                "POST", "/v1/tokens", headers: bearer(Self.adminKey) + [("Content-Type", "application/json")],
                body: #"{"identity":"1"}"#
            ).status == 409)
    }

    @Test func `a JSON Web Token that names nobody has limits of its own`() throws {
        let bridge = try bridge(
            "jwt", secret: Self.secret, server: ["max_streams_per_identity": 1, "requests_per_second_per_key": 2])
        let tokens = [1, 2].map { bearer(sign(#"{"feeds":["job:*"],"jti":"\#($0)"}"#)) }
        let stream = try bridge.liveStream("feed=job:1", headers: tokens[0])
        #expect(try bridge.stream("feed=job:1", headers: tokens[0]).next() == nil)
        let other = try bridge.liveStream("feed=job:1", headers: tokens[1])
        func ask(_ token: [(String, String)]) throws -> Int {
            try status(bridge, "GET", "/v1/feeds/job:1/notifications", token)
        }
        #expect(try (0..<20).contains { _ in try ask(tokens[0]) == 429 })
        #expect(try ask(tokens[1]) == 200)
        withExtendedLifetime((stream, other)) {}
    }

    @Test func `a proxy says who reads, and nobody else`() throws {
        let header = [("X-Forwarded-User", "42")]
        let trusting = try bridge("proxy")
        #expect(try status(trusting, "HEAD", "/v1/stream?feed=user:42", header) == 200)
        #expect(try status(trusting, "HEAD", "/v1/stream?feed=user:7", header) == 403)
        for wrong in [[], header + header, [("X-Forwarded-User", "")], [("X-Forwarded-User", "a b")]] {
            #expect(try status(trusting, "HEAD", "/v1/stream?feed=user:42", wrong) == 401)
        }
        let wary = try bridge("proxy", ["trusted_proxies": ["10.0.0.0/8"]])
        #expect(try status(wary, "HEAD", "/v1/stream?feed=user:42", header) == 401)
        #expect(try status(wary, "HEAD", "/v1/stream?feed=user:42", bearer(Self.adminKey)) == 200)
    }

    // MARK: - Origins and limits

    @Test func `pages of named origins may use the API, and no others`() throws {
        let bridge = try FlagpoleProcess(["cors": ["origins": ["https://app.example"]]])
        func ask(_ method: String, _ target: String, _ origin: String, _ more: [(String, String)] = []) throws
            -> HTTPAnswer
        {
            try bridge.client().request(
                method, target, headers: [("Origin", origin)] + more, body: method == "POST" ? #"{"all":true}"# : "")
        }
        let answer = try ask("GET", "/v1/feeds/user:42/unread", "https://app.example")
        #expect(answer.headers["Access-Control-Allow-Origin"] == "https://app.example")
        #expect(answer.headers["Access-Control-Allow-Credentials"] == "true" && answer.headers["Vary"] == "Origin")
        let foreign = try ask("GET", "/v1/feeds/order:1/unread", "https://evil.example")
        #expect(foreign.status == 404 && foreign.headers["Vary"] == "Origin")
        #expect(foreign.headers["Access-Control-Allow-Origin"] == nil)
        let stream = try bridge.stream("feed=user:42", headers: [("Origin", "https://app.example")])
        _ = try stream.event()
        #expect(stream.head?.headers["Access-Control-Allow-Origin"] == "https://app.example")
        let preflight = try ask(
            "OPTIONS", "/v1/feeds/user:42/read", "https://app.example", [("Access-Control-Request-Method", "POST")])
        #expect(preflight.status == 204 && preflight.headers["Access-Control-Allow-Methods"]?.contains("POST") == true)
        #expect(preflight.headers["Access-Control-Allow-Headers"]?.contains("Authorization") == true)
        let type = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "cross-site")]
        #expect(try ask("POST", "/v1/feeds/user:42/read", "https://app.example", type).status == 200)
        #expect(try ask("POST", "/v1/feeds/user:42/read", "https://evil.example", type).status == 403)
        // Nor does one answer speak for the next on its connection.
        let client = try bridge.client()
        let own = [("Origin", "https://app.example")]
        #expect(
            try client.request("HEAD", "/healthz", headers: own).headers["Access-Control-Allow-Origin"] != nil)
        #expect(try client.request("GET", "/healthz").headers["Access-Control-Allow-Origin"] == nil)
    }

    @Test func `a page of another origin cannot mark as read by opening a stream`() throws {
        let bridge = try FlagpoleProcess([
            "kinds": [
                "mail": ["list": "mail:{id}", "flag": "mail:{id}:new", "inbox": true, "mark_read": "on_delivery"]
            ]
        ])
        for header in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
            #expect(try status(bridge, "HEAD", "/v1/stream?feed=mail:1", [header]) == 403)
            #expect(try status(bridge, "HEAD", "/v1/stream?feed=user:1", [header]) == 200)
        }
        #expect(try status(bridge, "HEAD", "/v1/stream?feed=mail:1") == 200)
    }

    @Test func `streams of an address are limited, behind a trusted proxy those of its clients`() throws {
        let bridge = try bridge("proxy", server: ["max_streams_per_address": 2])
        let key = bearer(Self.adminKey)
        let streams = try (0..<2).map { _ in
            try bridge.liveStream("feed=user:42", headers: key + [("X-Forwarded-For", "192.0.2.1")])
        }
        let refused = try bridge.stream(
            "feed=user:42", headers: key + [("X-Forwarded-For", "198.51.100.1, 192.0.2.1")])
        #expect(try refused.next() == nil)
        #expect(refused.head?.status == 200)
        try bridge.liveStream("feed=user:42", headers: key + [("X-Forwarded-For", "192.0.2.2")])
        withExtendedLifetime(streams) {}
    }

    @Test func `requests of an address are limited, of an IPv6 address those of its network`() throws {
        let bridge = try bridge("proxy", server: ["requests_per_second_per_address": 1])
        func ask(_ address: String, _ target: String = "/v1/feeds/user:42/unread") throws -> HTTPAnswer {
            try bridge.client().request(
                "GET", target, headers: bearer(Self.adminKey) + [("X-Forwarded-For", address)])
        }
        for addresses in [["192.0.2.3", "192.0.2.3"], ["2001:db8::1", "2001:db8::ffff:2"]] {
            #expect(try ask(addresses[0]).status == 200 && ask(addresses[1]).status == 200)
            let limited = try ask(addresses[1])
            #expect(limited.status == 429 && limited.headers["Retry-After"] == "1")
            // What is not there counts as well; a probe does not, and a stream is told to come back.
            #expect(try ask(addresses[0], "/nothing").status == 429)
            #expect(try ask(addresses[0], "/healthz").status == 200)
            #expect(try ask(addresses[0], "/v1/stream?feed=user:42").text.contains("retry:"))
        }
        #expect(try ask("192.0.2.4").status == 200)
        #expect(try bridge.get("/metrics").status == 401)
    }
}
