import Foundation
import JSON
import Testing

/// The pages where the server wants to know who asks.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PageSignInTests {
    private static let key = "admin-key-0123456789"

    private let browser: PageBrowser
    private let bridge: FlagpoleProcess

    init() throws {
        browser = try PageBrowser()
        bridge = try FlagpoleProcess(
            [
                "auth": ["mode": "token"],
                "kinds": ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]],
            ],
            environment: ["FLAGPOLE_ADMIN_KEY": Self.key])
    }

    private func signIn(_ page: PageWindow, with key: String) throws {
        try eventually("the page asks") { try page.isShown("#sign-in") }
        try page.type(key, into: "#key")
        try page.click("#sign-in button")
    }

    @Test func `an admin key opens all of the page, also after a reload, and in this tab alone`() throws {
        let page = try browser.open(bridge, "a=user:42&b=job:7")
        try signIn(page, with: "not-a-key-0123456789")
        try eventually("it is refused") {
            try page.evaluate("return document.getElementById('key').value").asString == "" && page.isShown("#notice")
        }
        try eventually("why") { try page.text("#notice-text").hasPrefix("401 ") }
        try signIn(page, with: Self.key)
        try page.wait(for: "live")
        #expect(try !page.isShown("#sign-in"))

        try page.click("#push button[type=submit]")
        try eventually("what was pushed is back") { try page.cards("user:42").count == 1 }
        try eventually("what an operator sees") {
            try page.texts("#watched-rows th") == ["job:7", "user:42"] && page.text("#tick-age").contains("last turned")
                && page.text("#quarantine-count") == "0"
        }
        try page.command("refresh", [:])
        try page.wait(for: "live")
        #expect(try !page.isShown("#sign-in"))
        let other = try browser.open(bridge, "a=user:42&b=job:7")
        try eventually("another tab is asked") { try other.isShown("#sign-in") }
    }

    @Test func `the first sign-in shows what is declared, and a key that can be none is told so`() throws {
        let bridge = try FlagpoleProcess(
            ["auth": ["mode": "token"]], environment: ["FLAGPOLE_ADMIN_KEY": Self.key])
        let page = try browser.open(bridge, path: "/")
        try signIn(page, with: "admin-key-0123456789…")
        #expect(try page.evaluate("return document.getElementById('key').validity.patternMismatch") == .bool(true))
        try signIn(page, with: Self.key)
        try page.wait(for: "live")
        #expect(try page.texts(".column h2") == ["user:42", "user:43"])
    }

    @Test func `a reader's token shows what it grants, and the operator's parts say that they want more`() throws {
        let grant = #"{"feeds":["user:42","job:*"]}"#
        try bridge.redis().command("SET", "flagpole:token:reader-token-0123456789", grant, "EX", "300")
        let page = try browser.open(bridge, path: "/job.html?job=7")
        try signIn(page, with: "reader-token-0123456789")
        try page.wait(for: "live")
        #expect(try !page.isShown("#declare"))

        let main = try browser.open(bridge, "a=user:42&b=job:7")
        try signIn(main, with: "reader-token-0123456789")
        try main.wait(for: "live")
        try eventually("the operator's parts") { try main.text("#watched-note").hasPrefix("40") }
    }

    @Test func `a token for one feed is enough`() throws {
        let token = "reader-token-0123456789"
        try bridge.redis().command("SET", "flagpole:token:\(token)", #"{"feeds":["user:42"]}"#, "EX", "300")
        let page = try browser.open(bridge, path: "/")
        try signIn(page, with: token)
        try page.wait(for: "live")
        #expect(try page.texts(".column h2") == ["user:42"])

        // Another that it does not open can be left out again.
        try page.type("job:7", into: "#feed-b")
        try page.click("#watch button")
        try eventually("it is refused") { try page.text("#notice-text").hasPrefix("403 ") }
        try page.type("", into: "#feed-b")
        try page.click("#watch button")
        try page.wait(for: "live")
        #expect(try page.evaluate("return location.search").asString == "?a=user:42")
        try page.command("refresh", [:])
        try page.wait(for: "live")
        #expect(try page.texts(".column h2") == ["user:42"])
    }
}
