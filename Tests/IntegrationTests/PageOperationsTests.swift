import Foundation
import JSON
import Testing

/// What the built-in page shows to an operator, and to someone who begins.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PageOperationsTests {
    private let browser: PageBrowser
    private let bridge: FlagpoleProcess
    private let page: PageWindow

    init() throws {
        browser = try PageBrowser()
        bridge = try FlagpoleProcess()
        page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
    }

    /// What a chart says is so now, and the highest that it has seen.
    private func chart(_ title: String) throws -> (now: String, peak: String, points: Int) {
        let parts = try page.evaluate(
            """
            const chart = Array.from(document.querySelectorAll('.chart'))
                .find((chart) => chart.querySelector('h3').textContent === arguments[0]);
            const points = chart.querySelector('.line').getAttribute('d') ?? '';
            return [chart.querySelector('strong').textContent, chart.querySelector('span').textContent,
                String(points.split('L').length)];
            """, title
        ).strings
        return (parts[0], parts[1], Int(parts[2]) ?? 0)
    }

    @Test func `charts move with what the bridge does`() throws {
        try eventually("the page's own stream") { try chart("Open streams").now == "1" }
        try withExtendedLifetime(try (1...3).map { try bridge.liveStream("feed=user:\($0)") }) {
            try bridge.redis().push((1...40).map { "{\"id\":\"\($0)\"}" }, to: "user:1")
            try eventually("its streams and feeds") {
                try chart("Open streams").now == "4" && chart("Watched feeds").now == "5"
            }
            try eventually("the entries") { try chart("Entries stored").peak.contains(/at most \d+/) }
        }
        try eventually("they are gone") { try chart("Open streams").now == "1" }
        #expect(try chart("Open streams").peak == "at most 4")
        for title in ["A tick takes", "A tick is late by"] {
            #expect(try chart(title).now.hasSuffix(" ms"))
            #expect(try chart(title).points > 1)
        }
        #expect(try page.text("#tick-age").contains(/last turned \d+ ms ago/))
        #expect(try browser.newLogLines() == [])
    }

    @Test func `watched feeds are listed with their streams, most first`() throws {
        let rows = { try page.texts("#watched-rows tr") }
        let feeds = ["user:9", "user:9", "user:9", "user:8"]
        try withExtendedLifetime(try feeds.map { try bridge.liveStream("feed=\($0)") }) {
            try eventually("the streams") { try rows() == ["user:93", "user:421", "user:431", "user:81"] }
            #expect(try page.text("#watched-count") == "4")
        }
        try eventually("they are gone") { try rows() == ["user:421", "user:431"] }
    }

    @Test func `what is quarantined is shown as it is, newest first`() throws {
        try eventually("nothing yet") { try page.text("#quarantine-note").hasPrefix("Nothing") }
        try bridge.redis().push(#"{"title":"half an"#, to: "user:42")
        try eventually("the first") { try page.text("#quarantine-count") == "1" }
        try bridge.redis().push(#"{"id":{"<img src=x onerror=ran=1>":1}}"#, #"{"id":"good"}"#, to: "user:42")
        try page.wait(for: ["good"], in: "user:42")
        try eventually("the second") {
            try page.texts("#quarantine-rows .chip") == ["an id that is not allowed", "not JSON"]
        }
        let entries = try page.texts("#quarantine-rows li > code")
        #expect(entries == [#"{"id":{"<img src=x onerror=ran=1>":1}}"#, #"{"title":"half an"#])
        #expect(try page.texts("#quarantine-rows img") == [])
        #expect(try page.texts("#quarantine-rows .mono") == ["2", "user:42", "1", "user:42"])
        #expect(try browser.newLogLines() == [])
    }

    /// Runs the commands that a page offers to a shell, in the bridge's directory.
    private func run(commandsOf page: PageWindow, of bridge: FlagpoleProcess) throws -> String {
        var commands = ""
        try eventually("the commands") {
            commands = try page.text("#panel-Shell code")
            return commands != ""
        }
        try bridge.directory.write(commands, to: "commands.sh")
        let shell = try ChildProcess(["sh", "-c", "cd '\(bridge.directory.path)' && exec sh commands.sh"])
        #expect(try shell.wait() == 0)
        return commands
    }

    @Test func `the two commands that the page offers reach it`() throws {
        #expect(try run(commandsOf: page, of: bridge).split(separator: "\n").count == 2)
        try page.wait(for: ["order-12345"], in: "user:42")
        #expect(try page.cards("user:42").first?.title == "New order")

        // The other languages name the same keys, and are reached by arrows.
        try page.click("#tab-Shell")
        for language in ["PHP", "Python", "Node", "Swift"] {
            try page.press(.right)
            #expect(try page.evaluate("return document.activeElement.textContent").asString == language)
            let shown = try page.evaluate("return document.querySelector('[role=tabpanel]:not([hidden])').textContent")
            let text = try #require(shown.asString)
            #expect(text.contains("notifications:user:42") && text.contains("user:42:has_new_notification"))
        }
    }

    @Test func `the commands name the keys of the kinds that are declared, and the Redis that is used`() throws {
        let redis = try RedisServer()
        let order: [String: Any] = ["source": "list", "list": "orders {id}", "poll_interval_ms": 50]
        let user: [String: Any] = ["list": "inbox/{id}", "flag": "inbox/{id}/news"]
        let bridge = try FlagpoleProcess(
            ["redis": ["url": redis.url, "prefix": "it's "], "kinds": ["order": order, "user": user]])
        for (feeds, count) in [("a=order:1&b=user:42", 1), ("a=user:42&b=order:1", 2)] {
            let page = try browser.open(bridge, feeds)
            try page.wait(for: "live")
            #expect(try run(commandsOf: page, of: bridge).split(separator: "\n").count == count)
            try page.wait(for: ["order-12345"], in: count == 1 ? "order:1" : "user:42")
        }
        #expect(try browser.newLogLines() == [])
    }

    @Test func `everything that the page loads comes from the bridge itself`() throws {
        try eventually("the charts") { try chart("A tick takes").points > 1 }
        let origins = try page.evaluate(
            "return performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin)"
        ).strings
        #expect(origins.count > 20)
        #expect(Set(origins) == ["http://127.0.0.1:\(bridge.port)"])
    }
}
