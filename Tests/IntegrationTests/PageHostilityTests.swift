import Foundation
import JSON
import Testing

/// Notifications, names and addresses that want to be more than text on the built-in page.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PageHostilityTests {
    private static let markup = "<img src=x onerror=ran=1><script>ran=1</script><b>"
    private static let long = String(repeating: "W", count: 30_000)

    /// The members that follow the id, oldest first.
    private static let entries = [
        #""title":"\#(markup)","message":"\#(markup)","other":"\#(markup)""#,
        #""event":"\#(markup)","\#(markup)":"javascript:ran=1""#,
        #""title":"\#(long)","message":"\#(long)""#,
        #""event":"demo","\#(long)":"\#(long)""#,
        #""title":{"toString":1},"message":[[]],"percent":"90","status":7,"event":[]"#,
        #""title":"","message":null,"percent":1e400,"status":"\#(long)""#,
        #""percent":-1e300,"status":"\#(markup)""#,
        #""__proto__":{"title":"polluted"},"constructor":1,"hasOwnProperty":2"#,
        #""title":"\u2028\u2029\u0000\u202e","message":"\r\n\r\ndata: {}\r\n\r\n","event":"error""#,
        #""deep":\#(String(repeating: "[", count: 120) + String(repeating: "]", count: 120))"#,
    ]

    private let browser: PageBrowser
    private let bridge: FlagpoleProcess

    init() throws {
        browser = try PageBrowser()
        bridge = try FlagpoleProcess()
    }

    /// The page with all entries on it.
    private func page() throws -> PageWindow {
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        let entries = Self.entries.enumerated().map { #"{"id":\#($0.offset),\#($0.element)}"# }
        try bridge.redis().push(entries, to: "user:42")
        try page.wait(for: entries.indices.reversed().map { String($0) }, in: "user:42")
        return page
    }

    @Test func `hostile notifications are shown as text, and nothing of them runs`() throws {
        let page = try page()
        let titles = try page.cards("user:42").map(\.title)
        #expect(titles.last == Self.markup)
        #expect(titles.allSatisfy { $0.count < 4100 && $0 != "polluted" })
        #expect(try page.texts(".card-message").last == Self.markup)
        let rest = try page.texts(".card pre")
        #expect(rest.last?.contains(#""other": "\#(Self.markup)""#) == true)
        #expect(rest.contains { $0.contains("__proto__") })
        #expect(try page.texts(".card .chip").contains { $0.hasPrefix(Self.markup.prefix(40)) })
        try expectNothingRan(in: page)
    }

    @Test func `a hostile name in the address is shown as text`() throws {
        let page = try browser.open(bridge, "a=\(Self.markup.encodedForQuery)&b=user:43")
        try page.wait(for: "offline")
        #expect(try page.text("#watch-error").hasPrefix(#""\#(Self.markup)" is not KIND:ID."#))
        try expectNothingRan(in: page)
    }

    private func expectNothingRan(in page: PageWindow) throws {
        let elements = "return document.querySelectorAll('body img, body script, body b, [onerror]').length"
        #expect(try page.evaluate(elements).asInt == 0)
        #expect(try page.evaluate("return typeof ran").asString == "undefined")
        #expect(try browser.newLogLines() == [])
    }

    @Test func `a script that got into the page would be blocked, and the browser would tell`() throws {
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        try page.evaluate(
            """
            const script = document.createElement('script');
            script.textContent = 'window.ran = 1';
            document.body.append(script);
            """)
        #expect(try page.evaluate("return typeof ran").asString == "undefined")
        var lines: [String] = []
        try eventually("a violation") {
            lines += try browser.newLogLines()
            return !lines.isEmpty
        }
        #expect(lines.allSatisfy { $0.contains("Content Security Policy") })
    }

    @Test func `pages say where their parts may come from, and scripts leave it to the page`() throws {
        for path in ["/", "/job.html", "/app.js", "/flagpole.js", "/flagpole-bell.js", "/style.css"] {
            let headers = try bridge.get(path).headers
            let policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            #expect(headers["Content-Security-Policy"] == (path.hasSuffix(".js") ? nil : policy), "\(path)")
            #expect(headers["X-Content-Type-Options"] == "nosniff" && headers["X-Frame-Options"] == "DENY")
        }
    }

    @Test func `nothing is wider than a small screen, in light and in dark`() throws {
        let page = try page()
        var grounds: Set<String> = []
        for scheme in ["light", "dark"] {
            try page.emulate(width: 360, scheme: scheme)
            #expect(try page.evaluate("return innerWidth").asInt == 360)
            let wide = """
                const scrollers = document.querySelectorAll('html, .cards, .card pre');
                const wide = Array.from(scrollers).filter((part) => part.scrollWidth > part.clientWidth);
                return wide.map((part) => part.outerHTML.slice(0, 80));
                """
            #expect(try page.evaluate(wide) == .array([]))
            let ground = "return getComputedStyle(document.body).backgroundColor"
            grounds.insert(try page.evaluate(ground).asString ?? "")
        }
        #expect(grounds.count == 2)
        #expect(try browser.newLogLines() == [])
    }
}

extension String {
    /// Percent-encoded as a value in a URL's query.
    fileprivate var encodedForQuery: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
