import JSON
import Testing

/// What `flagpole init` writes, served as its README says and opened in Chromium from another origin.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: Nginx.isInstalled, "nginx is not installed"))
struct ExamplePageTests {
    private let browser: PageBrowser

    init() throws {
        browser = try PageBrowser()
    }

    /// Calls `body` with an example's bridge and its page.
    private func withExample(
        _ name: String, query: String = "", _ body: (FlagpoleProcess, PageWindow) throws -> Void
    ) throws {
        let port = try LoopbackSocket.unusedPort()
        let origin = "http://127.0.0.1:\(port)"
        let bridge = try FlagpoleProcess(example: name, environment: ["FLAGPOLE_CORS_ORIGINS": origin])
        let text = bridge.directory.text("page/index.html")
        let changed = text.replacing("http://127.0.0.1:8080\"", with: "http://127.0.0.1:\(bridge.port)\"")
        #expect(changed != text)
        try bridge.directory.write(changed, to: "page/index.html")
        let files = try Nginx(files: bridge.directory.path("page"), port: port)
        let page = try browser.open(bridge, url: "\(origin)/\(query)")
        try body(bridge, page)
        #expect(try browser.newLogLines().filter { !$0.contains("favicon") } == [], "\(name)")
        // Before its bridge ends, which it would complain about.
        try page.close()
        withExtendedLifetime(files) {}
    }

    // One browser for all: to start it takes longest.
    @Test func `every example's page does what it is for, served from another origin`() throws {
        try chatSendsAndReceives()
        try jobReachesItsEnd()
        try dashboardShowsWhatItsScriptPrints()
        try inboxHasItsBell()
        try eventReachesItsPage()
    }

    private func chatSendsAndReceives() throws {
        try withExample("chat", query: "?ticket=9") { bridge, page in
            try eventually("connected") { try page.text("#state") == "connected" }
            try page.type("<b>hello</b> & goodbye", into: "input[name=message]")
            try page.click("button")
            try eventually("the message") { try page.texts("#messages li") == ["me: <b>hello</b> & goodbye"] }
            let redis = try bridge.redis()
            try redis.command("RPUSH", "ticket_chat:9", #"{"sender_id":"shop","message":"hi"}"#)
            try redis.command("SET", "ticket_chat:9:new", "1")
            try eventually("the answer") { try page.texts("#messages li").last == "shop: hi" }
            #expect(try bridge.get("/chat/9/history").json["items"]?.asArray?.count == 2)
        }
    }

    private func jobReachesItsEnd() throws {
        try withExample("jobs") { bridge, page in
            let script = try ChildProcess([
                "sh", "-c", "cd '\(bridge.directory.path)' && sed 's/0\\.2/0.03/' job.sh | sh",
            ])
            try eventually("under way") { try page.text("#state").hasSuffix("running") }
            try eventually("the end") { try page.text("#state") == "100 %, completed" }
            #expect(try script.wait() == 0)
        }
    }

    private func dashboardShowsWhatItsScriptPrints() throws {
        try withExample("dashboard") { bridge, page in
            try eventually("a load") { Double(try page.text("#load")) != nil }
            #expect(Double(try page.text("#memory_percent")) != nil)
        }
    }

    private func inboxHasItsBell() throws {
        try withExample("inbox") { bridge, page in
            try bridge.redis().push(#"{"id":"a","title":"New order"}"#, to: "user:42")
            let badge = "return document.querySelector('flagpole-bell').inbox?.unread"
            try eventually("one is unread") { try page.evaluate(badge) == .number("1") }
            try page.evaluate("document.querySelector('flagpole-bell').inbox.markRead({ all: true })")
            try eventually("none is") { try page.evaluate(badge) == .number("0") }
        }
    }

    private func eventReachesItsPage() throws {
        try withExample("events") { bridge, page in
            try eventually("connected") { try page.text("#state") == "connected" }
            try bridge.redis().command("SET", "cache:prices_changed", "7")
            try eventually("the event") { try page.text("#events").contains("prices_changed: 7") }
        }
    }
}
