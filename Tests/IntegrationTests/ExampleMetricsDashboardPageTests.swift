import Redis
import SQLite
import Testing

/// The example `metrics-dashboard` in Chromium, fed by a generator, a shell loop and a program in Python.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: isTrial, "examples are part of the trial"))
struct ExampleMetricsDashboardPageTests {
    private let browser: PageBrowser
    private let example: RunningExample
    private let page: PageWindow

    init() throws {
        browser = try PageBrowser()
        example = try RunningExample("metrics-dashboard")
        page = try browser.open(example)
        let page = page
        try eventually("connected") { try page.text("#connection") == "connected" }
    }

    private func line(_ chart: String) throws -> String {
        try page.evaluate("return document.querySelector(arguments[0]).getAttribute('d')", "#\(chart) .line").asString
            ?? ""
    }

    @Test func `the generator's chart moves while somebody looks`() throws {
        try eventually("a percentage") {
            Double(try page.text("#server .value").replacing(" %", with: "")).map { 0...100 ~= $0 } ?? false
        }
        let before = try line("server")
        #expect(before.hasPrefix("M"))
        try eventually("another line") { try line("server") != before }
        #expect(try page.texts("h2") == ["Processors busy", "Orders", "Mails waiting"])
        #expect(try browser.newLogLines() == [])
    }

    @Test func `the shell loop's queue is as long as the page says`() throws {
        try example.run("./queue.sh", "6")
        let length = try example.redis().command("LLEN", "queue:mail").integer
        try eventually("the length") { try Int64(page.text("#queue .value")) == length }
    }

    @Test(.enabled(if: RunningExample.python != nil, "CLIENTS_PYTHON names no Python"))
    func `of hundreds of counts a second a page gets five, and the last one`() throws {
        try page.evaluate(
            """
            window.values = [];
            const value = document.querySelector('#orders .value');
            new MutationObserver(() => window.values.push(Number(value.textContent))).observe(value, { childList: true });
            """)
        let began = ContinuousClock.now
        let orders = try example.run(RunningExample.python ?? "", "orders.py", "--seconds", "3", "--per-second", "200")
        try eventually("the last count") { try page.text("#orders .value") == orders }
        let most = 5 * (Int((ContinuousClock.now - began).components.seconds) + 2)
        let values = try page.evaluate("return window.values").asArray?.compactMap(\.asInt) ?? []
        #expect(5...most ~= values.count && values == values.sorted(), "\(values)")
        let kept = "SELECT count(*) FROM notifications WHERE feed = 'metrics:orders'"
        try eventually("one is kept") { try example.database().integers(kept) == [1] }

        // A newcomer begins with the newest.
        let late = try browser.open(example)
        try eventually("the same") { try late.text("#orders .value") == orders }
    }
}
