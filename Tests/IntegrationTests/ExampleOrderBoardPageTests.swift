import Redis
import SQLite
import Testing

/// The example `order-board` in Chromium, fed by a shop in Node and straight through Redis.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: isTrial, "examples are part of the trial"))
struct ExampleOrderBoardPageTests {
    private let browser: PageBrowser
    private let example: RunningExample

    init() throws {
        browser = try PageBrowser()
        example = try RunningExample("order-board")
    }

    private func open(_ shop: String) throws -> PageWindow {
        let page = try browser.open(example, path: "/?shop=\(shop)")
        try eventually("connected") { try page.text("#connection") == "connected" }
        return page
    }

    private func rows(_ kind: String, _ page: PageWindow) throws -> Int { try page.texts("#\(kind) li").count }

    @Test func `ten orders come together, and two when they have waited five seconds`() throws {
        let page = try open("main")
        let entries = (1...12).map { number in
            #"{"id":"o\#(number)","order":"\#(number)","priority":3,"total":\#(number)}"#
        }
        let redis = try example.redis()
        for command in [["RPUSH", "shop:orders:main"] + entries, ["SET", "shop:orders:main:changed", "1"]] {
            try redis.command(bytes: command.map { Array($0.utf8) })
        }
        try eventually("ten orders") { try rows("orders", page) == 10 }
        let full = ContinuousClock.now
        #expect(try page.text("#orders .batch").hasPrefix("10 together"))
        try eventually("twelve orders") { try rows("orders", page) == 12 }
        #expect(try page.text("#orders .batch").hasPrefix("2 together"))
        #expect(ContinuousClock.now - full > .seconds(3))
        #expect(try page.texts("#orders li span:first-child").prefix(2) == ["12: 12 €", "11: 11 €"])
        #expect(try rows("payments", page) == 0)
    }

    @Test func `orders, payments and shipments come apart, and only those of a priority if so chosen`() throws {
        let page = try open("berlin")
        try example.run("node", "shop.mjs", "berlin", "20")
        try eventually("all of them") {
            try rows("orders", page) == 20 && rows("payments", page) == 20 && rows("shipments", page) == 10
        }
        #expect(try page.text("#shipments li span:first-child").hasSuffix("by bicycle"))
        let stored = "SELECT count(*) FROM notifications WHERE feed = 'orders:berlin'"
        #expect(try example.database().integers(stored) == [20])

        try page.click("#priority option[value='8']")
        try eventually("the two urgent ones") {
            try rows("orders", page) == 2 && rows("payments", page) == 2 && rows("shipments", page) == 2
        }
        #expect(try page.texts("#orders .priority") == ["priority 9", "priority 9"])
        // What is new is filtered, too.
        try example.run("node", "shop.mjs", "berlin", "2")
        try eventually("one more") { try rows("orders", page) == 3 }
        #expect(try page.texts("li:not([data-urgent])") == [])
        #expect(try browser.newLogLines() == [])
    }
}
