import Foundation
import JSON
import Testing

/// The page of a job's progress in Chromium.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct JobPageTests {
    private let browser: PageBrowser

    init() throws {
        browser = try PageBrowser()
    }

    private func jobBridge(prefix: String = "") throws -> FlagpoleProcess {
        let job: [String: Any] = [
            "list": "job:{id}:progress", "flag": "job:{id}:has_progress", "poll_interval_ms": 50,
        ]
        return try FlagpoleProcess(["kinds": ["job": job], "redis": ["prefix": prefix]])
    }

    @Test func `the shell loop that the page shows brings it from 0 to 100 percent`() throws {
        let bridge = try jobBridge(prefix: "shop:")
        let page = try browser.open(bridge, path: "/job.html?job=12")
        try page.wait(for: "live")
        #expect(try page.text("#status") == "Waiting for the first report")
        try page.evaluate(
            """
            window.shown = [];
            const note = () => window.shown.push(document.getElementById('bar').value);
            new MutationObserver(note).observe(document.getElementById('reports'), { childList: true });
            """)

        try bridge.directory.write(try page.text("#loop code"), to: "loop.sh")
        let shell = try ChildProcess(
            ["sh", "-c", "cd '\(bridge.directory.path)' && exec sh loop.sh"],
            errors: bridge.directory.path("loop-errors"))
        try eventually("it is under way") { try page.text("#status") == "Running" }
        #expect(try shell.wait(within: .seconds(30)) == 0)
        #expect(bridge.directory.text("loop-errors") == "")

        try eventually("the end") { try page.text("#status") == "Completed" }
        #expect(try page.text("#percent") == "100 %")
        #expect(try page.text("#reports") == "21")
        let shown = try page.evaluate("return window.shown").asArray?.compactMap(\.asInt) ?? []
        #expect(shown == shown.sorted() && shown.last == 100 && shown.count > 5)
        // One that comes late sees the same; only when reports came here is told by this page's own clock.
        let late = try browser.open(bridge, path: "/job.html?job=12")
        try eventually("the same") { try late.text("#reports") == "21" && late.text("#status") == "Completed" }
        #expect(try late.text("#percent") == "100 %")
        #expect(try browser.newLogLines() == [])
    }

    @Test func `a failed run is told apart, and the next one begins at its own start`() throws {
        let bridge = try jobBridge()
        let page = try browser.open(bridge, path: "/job.html?job=7")
        try page.wait(for: "live")
        let redis = try bridge.redis()
        let list = "job:7:progress"
        for entry in [#"{"percent":10}"#, #"{"percent":30,"status":"failed","message":"<b>disk full</b>"}"#] {
            try redis.command("RPUSH", list, entry)
        }
        try redis.command("SET", "job:7:has_progress", "1")
        try eventually("failed") { try page.text("#status") == "Failed" }
        #expect(try page.text("#percent") == "30 %")
        #expect(try page.text("#message") == "<b>disk full</b>")
        try redis.command("RPUSH", list, #"{"percent":40}"#)
        try redis.command("SET", "job:7:has_progress", "1")
        try eventually("the next run") { try page.text("#status") == "Running" }
        #expect(try page.text("#reports") == "1")
        #expect(try page.text("#percent") == "40 %")
    }

    @Test func `the run after the end of a feed is seen in a tab that is opened, and in the one before`() throws {
        let end: [String: Any] = ["member": "status", "in": ["completed", "failed"]]
        let job: [String: Any] = ["source": "list", "list": "job:{id}", "poll_interval_ms": 50, "end_when": end]
        let bridge = try FlagpoleProcess(["kinds": ["job": job]])
        let page = try browser.open(bridge, path: "/job.html?job=7")
        try page.wait(for: "live")
        let redis = try bridge.redis()
        try redis.command("RPUSH", "job:7", #"{"percent":100,"status":"completed"}"#)
        try eventually("the end") { try page.text("#status") == "Completed" && page.isShown("#notice") }
        #expect(try page.phase() == "offline" && page.text("#notice-text").hasPrefix("Every feed has ended."))

        try redis.command("RPUSH", "job:7", #"{"percent":20}"#)
        let late = try browser.open(bridge, path: "/job.html?job=7")
        for tab in [late, page] {
            try tab.wait(for: "live")
            try eventually("the next run") { try tab.text("#percent") == "20 %" }
            #expect(try !tab.isShown("#notice"))
        }
        #expect(try bridge.metric("flagpole_streams") == 1)
    }

    @Test func `where the kind is not declared the page says how to`() throws {
        let page = try browser.open(try FlagpoleProcess(), path: "/job.html")
        try eventually("what to declare") { try page.text("#declare pre").contains("job:{id}:progress") }
        #expect(try page.text("#notice-text").hasPrefix("404 "))
        #expect(try page.evaluate("return document.getElementById('declare').checkVisibility()").asBool == true)
    }
}
