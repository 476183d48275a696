import Redis
import SQLite
import Testing

/// `Examples/inbox-laravel`: PHP pushes, an `EventSource` with a token shows, what is read is read in all tabs.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: isTrial, "it needs PHP with php-redis"))
struct ExampleLaravelPageTests {
    private let example: RunningExample
    private let browser: PageBrowser

    init() throws {
        example = try RunningExample("inbox-laravel")
        browser = try PageBrowser()
    }

    private func open(_ address: String) throws -> PageWindow {
        let page = try browser.open(example, url: address)
        try eventually("connected") { try page.text("#state") == "connected" }
        return page
    }

    @Test func `what PHP pushes is shown, and read in one tab it is read in the other and in the database`() throws {
        let early = try example.run("php", "notify.php", "42", "Pushed before", "while nobody looked")
        let address = try example.run("php", "token.php", "42")
        let page = try open(address)
        try eventually("the backlog") { try page.texts("#list h2") == ["Pushed before"] }
        let other = try open(address)
        _ = try example.run("php", "notify.php", "7", "Somebody else's")
        let late = try example.run("php", "notify.php", "42", "<b>Shipped</b>", "#12345 \u{1F4E6}")
        for tab in [page, other] {
            try eventually("both") { try tab.texts("#list h2") == ["<b>Shipped</b>", "Pushed before"] }
            #expect(try tab.text("#list .message") == "#12345 \u{1F4E6}")
            #expect(try tab.text("#count") == "2")
        }
        #expect(try example.redis().command("TTL", "laravel_database_notifications:user:42").integer > 604_000)

        try page.click("#list li button")
        for tab in [page, other] {
            try eventually("one is read") { try tab.text("#count") == "1" }
            #expect(try tab.text("#list li:first-child .read").hasPrefix("read "))
            #expect(try tab.text("#list li:last-child .read") == "")
        }
        let database = try example.database()
        let unread = "SELECT id FROM notifications WHERE feed = 'user:42' AND read_at IS NULL"
        #expect(try database.texts(unread) == [early])
        try other.click("#read-all")
        for tab in [page, other] { try eventually("all are") { try tab.text("#count") == "0" } }
        #expect(try database.texts(unread) == [])

        // Whoever comes later sees them as read, once each.
        let third = try open(address)
        #expect(try third.texts("#list h2") == ["<b>Shipped</b>", "Pushed before"])
        #expect(try third.texts("#list .read").allSatisfy { $0.hasPrefix("read ") })
        let stored = "SELECT id FROM notifications WHERE feed = 'user:42' ORDER BY seq"
        #expect(try database.texts(stored) == [early, late])
        #expect(try browser.newLogLines() == [])
    }

    @Test func `without a good token nothing is shown, and with the token's end the stream ends`() throws {
        _ = try example.run("php", "notify.php", "42", "Private")
        let stranger = try browser.open(example, path: "/?token=no-such-token-here")
        try eventually("refused") { try stranger.text("#state").hasPrefix("not admitted") }
        #expect(try stranger.texts("#list li") == [])

        let address = try example.run("php", "token.php", "42")
        let page = try open(address)
        let token = address.split(separator: "=").last ?? ""
        try example.redis().command("DEL", "laravel_database_flagpole:token:\(token)")
        try eventually("the end") { try page.text("#state").hasPrefix("the token has expired") }
    }
}
