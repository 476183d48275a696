import Testing

/// The built-in page in Chromium behind nginx, as `docs/nginx.conf` sets it up.
@Suite(.serialized, .timeLimit(.minutes(1)), .enabled(if: isTrial && Nginx.isInstalled, "browsers take their time"))
struct NginxPageTests {
    private let browser: PageBrowser

    init() throws {
        browser = try PageBrowser()
    }

    @Test func `a page behind nginx outlives its end and the bridge's, and misses nothing`() throws {
        let redis = try RedisServer()
        let port = try LoopbackSocket.unusedPort()
        let bridge = try FlagpoleProcess(["server": ["port": port]], redis: redis)
        let nginx = try Nginx(upstream: "127.0.0.1:\(port)")
        let page = try browser.open(bridge, url: "http://127.0.0.1:\(nginx.port)/?a=user:42&b=user:43")
        try page.wait(for: "live")
        try page.record()
        let writer = try redis.connect()
        try writer.push(#"{"id":"live"}"#, to: "user:42")
        try page.wait(for: ["live"], in: "user:42")

        nginx.kill()
        try page.wait(for: "offline")
        try writer.push(#"{"id":"without-nginx"}"#, to: "user:42")
        try nginx.start()
        try page.wait(for: "live")
        try page.wait(for: ["without-nginx", "live"], in: "user:42")

        bridge.kill()
        try page.wait(for: "offline")
        try writer.push(#"{"id":"without-bridge"}"#, to: "user:42")
        try bridge.start()
        try page.wait(for: "live")
        try page.wait(for: ["without-bridge", "without-nginx", "live"], in: "user:42")
        #expect(try page.arrivals() == ["live", "without-nginx", "without-bridge"])
    }
}
