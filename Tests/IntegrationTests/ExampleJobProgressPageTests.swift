import JSON
import Redis
import SQLite
import Testing

/// The example `job-progress` in Chromium, fed by a shell loop and by a worker in Python.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: isTrial, "examples are part of the trial"))
struct ExampleJobProgressPageTests {
    private let browser: PageBrowser
    private let example: RunningExample

    init() throws {
        browser = try PageBrowser()
        example = try RunningExample("job-progress")
    }

    /// Opens the page of a job and waits until its stream is open.
    private func open(_ job: String) throws -> PageWindow {
        let page = try browser.open(example, path: "/?job=\(job)")
        try eventually("connected") { try page.text("#connection") == "connected" }
        return page
    }

    private func waitForEnd(_ page: PageWindow, _ status: String) throws {
        try eventually(status) { try page.text("#status") == status }
        try eventually("the end of the stream") { try page.text("#connection") == "ended" }
    }

    @Test func `a shell loop brings the bar to its end, where the stream ends for good`() throws {
        let page = try open("12")
        #expect(try page.text("#status") == "waiting for the first report")
        // A page that does not listen to the end.
        try page.evaluate("window.other = new EventSource('/jobs/12/progress')")
        let job = try example.start("./job.sh", "12")
        try eventually("under way") { try page.text("#status") == "running" }
        #expect(try job.wait(within: .seconds(30)) == 0)
        try waitForEnd(page, "completed")
        #expect(try page.text("#percent") == "100 %")
        #expect(try page.evaluate("return document.getElementById('bar').value").asInt == 100)
        try eventually("it stays away, too", within: .seconds(30)) {
            try page.evaluate("return window.other.readyState === EventSource.CLOSED").asBool == true
        }

        let late = try browser.open(example, path: "/?job=12")
        try waitForEnd(late, "completed")
        #expect(try late.text("#message") == "all 20 steps")
        #expect(try late.text("#updates") == "1 update")
        #expect(try browser.newLogLines() == [])
    }

    @Test(.enabled(if: RunningExample.python != nil, "CLIENTS_PYTHON names no Python"))
    func `of what a worker in Python reports too fast for anyone the page gets the newest`() throws {
        let page = try open("13")
        try example.run(RunningExample.python ?? "", "worker.py", "13", "--items", "3000")
        try waitForEnd(page, "completed")
        #expect(try page.text("#message") == "all 3000 items")
        #expect(try example.redis().command("LLEN", "job:13:progress").integer == 3000)
        let updates = Int(try page.text("#updates").filter(\.isNumber)) ?? 0
        // Ten a second, for as long as it may take here.
        #expect(1...300 ~= updates)
        let last = "SELECT body FROM notifications WHERE feed = 'job:13' ORDER BY seq DESC LIMIT 1"
        #expect(try example.database().texts(last).first?.json["status"]?.asString == "completed")
    }

    @Test(.enabled(if: RunningExample.python != nil, "CLIENTS_PYTHON names no Python"))
    func `a job that fails says so and ends`() throws {
        let page = try open("14")
        try example.run(RunningExample.python ?? "", "worker.py", "14", "--fail-at", "30")
        try waitForEnd(page, "failed")
        #expect(try page.text("#percent") == "15 %")
        #expect(try page.text("#message") == "item 30 cannot be read")
    }
}
