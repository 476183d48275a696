import Foundation
import JSON
import Testing

/// The built-in page in Chromium: from two Redis commands to cards in every tab.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PageTests {
    private let browser: PageBrowser

    init() throws {
        browser = try PageBrowser()
    }

    /// A bridge that knows jobs.
    private func jobBridge() throws -> FlagpoleProcess {
        let job: [String: Any] = [
            "list": "job:{id}:progress", "flag": "job:{id}:has_progress", "poll_interval_ms": 50,
        ]
        return try FlagpoleProcess(["kinds": ["job": job]])
    }

    @Test func `two Redis commands reach every tab of a user once, and nobody else`() throws {
        let bridge = try jobBridge()
        let tabs = try (1...3).map { _ in try browser.open(bridge, "a=user:42&b=job:7") }
        let stranger = try browser.open(bridge, "a=user:43&b=job:7")
        for window in tabs + [stranger] {
            try window.wait(for: "live")
            try window.record()
        }

        let redis = try bridge.redis()
        try redis.command("RPUSH", "notifications:user:42", ##"{"id":"a","title":"New order","message":"#12345"}"##)
        try redis.command("SET", "user:42:has_new_notification", "1")
        // An interval is 50 ms here, the rest is for a busy machine; without the flag it would take 30 s.
        for tab in tabs { try tab.wait(for: ["a"], in: "user:42", within: .seconds(5)) }

        // What comes next shows that nothing came twice, or to the wrong page, in between.
        try redis.push(#"{"id":"b"}"#, to: "user:42")
        try redis.push(#"{"id":"c"}"#, to: "user:43")
        for tab in tabs {
            try tab.wait(for: ["b", "a"], in: "user:42")
            #expect(try tab.cards("user:42").last?.title == "New order")
            #expect(try tab.text(".card-message") == "#12345")
            #expect(try tab.arrivals() == ["a", "b"])
        }
        try stranger.wait(for: ["c"], in: "user:43")
        #expect(try stranger.arrivals() == ["c"])
        #expect(try browser.newLogLines() == [])
    }

    @Test func `what the form pushes comes back over the stream`() throws {
        let bridge = try jobBridge()
        let page = try browser.open(bridge, "a=user:42&b=job:7")
        try page.wait(for: "live")
        try page.record()
        try page.type("Grüße", into: "#push-name")
        try page.type("from a form", into: "#push-message")
        try page.click("#push button[type=submit]")
        try eventually("the way back") { try page.text("#push-outcome .way").hasPrefix("Back over the stream") }
        let card = try #require(try page.cards("user:42").first)
        #expect(card.title == "Grüße")
        #expect(try page.text(".card-message") == "from a form")
        #expect(try page.text("#push-outcome").hasPrefix("Stored as \(card.id)."))
        #expect(try page.arrivals() == [card.id])
        #expect(try browser.newLogLines() == [])
    }

    @Test func `a page outlives a restart and a crash of the bridge, and misses nothing`() throws {
        let redis = try RedisServer()
        // The page comes back to where it was.
        let port = try LoopbackSocket.unusedPort()
        let bridge = try FlagpoleProcess(["server": ["port": port]], redis: redis)
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        try page.record()
        try redis.connect().push(#"{"id":"before"}"#, to: "user:42")
        try page.wait(for: ["before"], in: "user:42")

        #expect(try bridge.stop() == 0)
        try page.wait(for: "offline")
        try redis.connect().push(#"{"id":"stopped"}"#, to: "user:42")
        try bridge.start()
        try page.wait(for: ["stopped", "before"], in: "user:42")
        try page.wait(for: "live")

        bridge.kill()
        try page.wait(for: "offline")
        try redis.connect().push(#"{"id":"killed"}"#, to: "user:42")
        try bridge.start()
        try page.wait(for: ["killed", "stopped", "before"], in: "user:42")
        try page.wait(for: "live")

        try redis.connect().push(#"{"id":"after"}"#, to: "user:42")
        try page.wait(for: ["after", "killed", "stopped", "before"], in: "user:42")
        #expect(try page.arrivals() == ["before", "stopped", "killed", "after"])
    }

    @Test func `a page notices that the bridge has fallen silent, and goes on from where it was`() throws {
        let bridge = try FlagpoleProcess(["server": ["ping_ms": 1000]])
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        try page.record()
        let redis = try bridge.redis()
        try redis.push(#"{"id":"before"}"#, to: "user:42")
        try page.wait(for: ["before"], in: "user:42")

        // Its connections stay open, as those of a machine that is gone.
        bridge.signal(SIGSTOP)
        try eventually("the page has noticed") { try page.phase() != "live" }
        try redis.push(#"{"id":"meanwhile"}"#, to: "user:42")
        bridge.signal(SIGCONT)
        try page.wait(for: ["meanwhile", "before"], in: "user:42")
        try page.wait(for: "live")
        #expect(try page.arrivals() == ["before", "meanwhile"])
        #expect(try browser.newLogLines() == [])
    }

    @Test func `without a query the page shows two feeds of kinds that are declared`() throws {
        for (bridge, second) in [(try FlagpoleProcess(), "user:43"), (try jobBridge(), "job:7")] {
            let page = try browser.open(bridge, path: "/")
            try page.wait(for: "live")
            #expect(try page.texts(".column h2") == ["user:42", second])
            #expect(try browser.newLogLines() == [])
        }
    }

    @Test func `a feed of an unknown kind is refused in the server's words`() throws {
        let bridge = try FlagpoleProcess()
        let page = try browser.open(bridge, "a=user:42&b=nosuch:7")
        try page.wait(for: "offline")
        let problem = try bridge.get("/v1/feeds/nosuch:7/notifications").json
        let title = try #require(problem["title"]?.asString)
        let detail = try #require(problem["detail"]?.asString)
        try eventually("the server's words") { try page.text("#notice-text") == "404 \(title): \(detail)" }
        #expect(try page.evaluate("return document.getElementById('notice').checkVisibility()").asBool == true)
    }

    @Test func `a feed that stores nothing is none to be refused while there is no connection`() throws {
        let typing: [String: Any] = ["list": "typing:{id}", "flag": "typing:{id}:new", "ephemeral": true]
        let bridge = try FlagpoleProcess(["server": ["max_streams": 1], "kinds": ["typing": typing]])
        let taken = try bridge.liveStream("feed=user:7")
        let page = try browser.open(bridge, "a=user:42&b=typing:1")
        try page.wait(for: "offline")
        let answers = """
            return performance.getEntriesByType('resource')
                .filter(({ name, responseStatus }) => name.includes('typing:1/notifications') && responseStatus === 409)
                .length;
            """
        try eventually("its history is asked for, and asked for again") { try page.evaluate(answers).asInt ?? 0 > 1 }
        #expect(try !page.isShown("#notice"))
        withExtendedLifetime(taken) {}
    }
}
