import Foundation
import Redis
import Testing

/// `Examples/ci4-events`: keys that PHP saves as CodeIgniter does, declared in the application's `.env`.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: isTrial, "it needs PHP with php-redis"))
struct ExampleEventsPageTests {
    @Test func `events arrive by their names, the stream ends after its duration, and the page comes back`() throws {
        let example = try RunningExample("ci4-events", environment: ["SSE_STREAM_DURATION": "3"])
        let browser = try PageBrowser()
        // Nobody is there yet: it stays up.
        try example.run("php", "raise.php", "event_cache_key1")
        let page = try browser.open(example)
        try eventually("the first event") { try page.text("#count") == "1" }
        let shown = "document.getElementById('event_name1').textContent"
        let now = "[0, 1, 2, 3, 4, 5].map((s) => new Date(Date.now() - 1000 * s).toLocaleTimeString())"
        #expect(try page.evaluate("return \(now).includes(\(shown))").asBool == true)
        try eventually("the lowering") { try example.redis().command("EXISTS", "event_cache_key1").integer == 0 }

        try eventually("the end of the stream") { try page.text("#state").hasPrefix("the stream has ended") }
        // Raised in between: it comes when the page comes back.
        try example.run("php", "raise.php", "event_cache_key2", "42 <visitors>")
        try eventually("the second event") { try page.text("#event_name2") == "42 <visitors>" }
        #expect(Int(try page.text("#streams")) ?? 0 >= 2)

        try example.redis().command("SET", "event_cache_key2", "plain")
        try eventually("the third event") { try page.text("#event_name2") == "plain" }
        try eventually("another stream") { Int(try page.text("#streams")) ?? 0 >= 3 }
        #expect(try page.text("#count") == "3")
        #expect(try browser.newLogLines() == [])
    }
}
