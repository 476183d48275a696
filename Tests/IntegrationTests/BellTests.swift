import Foundation
import JSON
import Redis
import Testing

/// `<flagpole-bell>` in Chromium.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BellTests {
    private let browser: PageBrowser
    private let bridge: FlagpoleProcess

    init() throws {
        browser = try PageBrowser()
        bridge = try FlagpoleProcess()
    }

    private func page() throws -> BellWindow {
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        return BellWindow(page)
    }

    /// Pushes notifications and waits until a bell counts them.
    private func push(_ entries: [String], seenBy bell: BellWindow) throws {
        let before = try bell.count()
        try bridge.redis().push(entries, to: "user:42")
        try eventually("the count") { try bell.count() == before + entries.count }
    }

    @Test func `the bell is worked by keyboard alone`() throws {
        let bell = try page()
        try push([#"{"id":"a","title":"A"}"#, #"{"id":"b","title":"B"}"#, #"{"id":"c","title":"C"}"#], seenBy: bell)
        // The first stop is the link that skips to the feeds.
        try bell.page.press(.tab, .tab)
        #expect(try bell.focused() == "Notifications, 3 unread")
        try bell.page.press(.enter)
        #expect(try bell.isOpen())
        #expect(try bell.focused() == "Unread.C")

        try bell.page.press(.down)
        #expect(try bell.focused() == "Unread.B")
        try bell.page.press(.enter)
        try eventually("B is read") { try bell.count() == 2 }
        try bell.page.press(.end, .tab)
        #expect(try bell.focused() == "Mark as read: A")
        try bell.page.press(.space)
        try eventually("A is read") { try bell.count() == 1 }
        #expect(try bell.focused() == "Mark as unread: A")
        try bell.page.press(.up)
        #expect(try bell.focused() == "B")
        try bell.page.press(.delete)
        try eventually("B is removed") { try bell.titles() == ["C", "A"] }
        // What took its place has the focus, so the keys go on.
        #expect(try bell.focused() == "A")
        try bell.page.press(.home, .delete)
        try eventually("C is removed") { try bell.titles() == ["A"] && bell.count() == 0 }

        try bell.page.press(.escape)
        #expect(try !bell.isOpen())
        #expect(try bell.focused() == "Notifications")
        try bell.page.press(.down)
        #expect(try bell.isOpen())
        #expect(try bell.focused() == "A")
        // Whoever walks on leaves it behind.
        try bell.page.press(.tab, .tab, .tab, .tab)
        #expect(try !bell.isOpen())
        #expect(try browser.newLogLines() == [])
    }

    @Test func `the keys go on where a button that had the focus is no more`() throws {
        let bell = try page()
        try push([#"{"id":"a","title":"A"}"#, #"{"id":"b","title":"B"}"#], seenBy: bell)
        try bell.open()
        try bell.page.evaluate(
            "document.querySelector('flagpole-bell').shadowRoot.querySelector('.mark-all').focus()")
        try bell.page.press(.enter)
        try eventually("all is read") { try bell.count() == 0 }
        try eventually("the newest has the focus") { try bell.focused() == "B" }
        try bell.page.press(.escape)
        #expect(try !bell.isOpen())
    }

    @Test func `what came while the list was closed has the time at which it came`() throws {
        let bell = try page()
        try push([#"{"id":"a","title":"A"}"#], seenBy: bell)
        let seen = try #require(try bell.page.evaluate("return new Date().toISOString()").asString)
        try eventually("a moment later") {
            try bell.page.evaluate("return new Date().toISOString() > arguments[0]", seen).asBool == true
        }
        // Without history, which would tell when it was stored.
        try bell.page.evaluate(
            "document.querySelector('flagpole-bell').inbox.more = () => Promise.reject(new Error('not now'))")
        try bell.open()
        try eventually("history has failed") { try bell.text(".status").hasSuffix("not now") }
        let shown = "document.querySelector('flagpole-bell').shadowRoot.querySelector('time').dateTime"
        #expect(try bell.page.evaluate("return \(shown) !== '' && \(shown) <= arguments[0]", seen).asBool == true)
    }

    @Test func `a notification that is chosen is read although its link leaves the page`() throws {
        let bell = try page()
        try push([#"{"id":"a","title":"A","url":"/style.css"}"#], seenBy: bell)
        try bell.open()
        try bell.page.evaluate(
            """
            const { fetch } = window;
            window.fetch = (url, options) => {
                // What the page that follows can still read.
                sessionStorage.setItem('outlives', new Request(url, options).keepalive);
                return fetch(url, options);
            };
            """)
        try bell.click(".main")
        try eventually("the page is left") {
            try bell.page.evaluate("return location.pathname").asString == "/style.css"
        }
        #expect(try bell.page.evaluate("return sessionStorage.getItem('outlives')").asString == "true")
        try eventually("it is read") {
            try bridge.database().texts("SELECT id FROM notifications WHERE read_at IS NULL").isEmpty
        }
    }

    @Test func `reading in one tab is reading in all`() throws {
        let tabs = try (1...3).map { _ in try page() }
        try push([#"{"id":"a"}"#, #"{"id":"b"}"#], seenBy: tabs[0])
        for tab in tabs { try eventually("the count") { try tab.count() == 2 } }
        try tabs[1].open()
        try tabs[1].click(".mark-all")
        for tab in tabs { try eventually("nothing is unread", within: .seconds(2)) { try tab.count() == 0 } }
        try tabs[1].click(".item:first-child .toggle")
        for tab in tabs { try eventually("one is unread", within: .seconds(2)) { try tab.count() == 1 } }
        for tab in tabs { #expect(try tab.page.text(".badge") == "1 unread") }
        let unread = try bridge.database().texts("SELECT id FROM notifications WHERE read_at IS NULL")
        #expect(unread == ["b"])
    }

    @Test func `exactly one tab is asked for a toast`() throws {
        let tabs = try (1...4).map { _ in try page() }
        for tab in tabs {
            try tab.page.evaluate(
                """
                window.toasts = [];
                addEventListener('flagpole-notification', ({ detail }) => window.toasts.push(detail.id));
                """)
        }
        for id in ["a", "b", "c"] { try push(["{\"id\":\"\(id)\"}"], seenBy: tabs[0]) }
        let toasts = { try tabs.flatMap { try $0.page.evaluate("return window.toasts").strings } }
        try eventually("a toast for each") { try Set(toasts()) == ["a", "b", "c"] }
        // A tab that were late would tell by now: each has heard of something newer.
        try push([#"{"id":"d"}"#], seenBy: tabs[3])
        try eventually("the last toast") { try toasts().contains("d") }
        #expect(try toasts().sorted() == ["a", "b", "c", "d"])
    }

    @Test func `a page that the browser refuses its database to is told all the same`() throws {
        let bell = try page()
        try bell.page.evaluate(
            """
            window.toasts = [];
            addEventListener('flagpole-notification', ({ detail }) => window.toasts.push(detail.id));
            IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };
            """)
        try push([#"{"id":"a"}"#], seenBy: bell)
        try eventually("a toast") { try bell.page.evaluate("return window.toasts").strings == ["a"] }
    }

    @Test func `one line of HTML is a working inbox, with history page by page`() throws {
        let entries = (1...120).map { #"{"id":"n\#($0)","title":"Number \#($0)"}"# }
        let stream = try bridge.liveStream("feed=user:7&since=now")
        try bridge.redis().push(entries, to: "user:7")
        _ = try stream.notifications(entries.count)
        let json = [("Content-Type", "application/json")]
        _ = try bridge.client().request("POST", "/v1/feeds/user:7/read", headers: json, body: #"{"all":true}"#)

        let page = try browser.open(bridge, path: "/job.html")
        try page.evaluate(
            """
            const script = document.createElement('script');
            script.type = 'module';
            script.src = '/flagpole-bell.js';
            const bell = document.createElement('flagpole-bell');
            bell.setAttribute('feed', 'user:7');
            document.querySelector('.masthead').append(script, bell);
            """)
        let bell = BellWindow(page)
        let state = "return document.querySelector('flagpole-bell').inbox?.state.name"
        try eventually("it is live") { try page.evaluate(state).asString == "live" }
        #expect(try bell.count() == 0)
        try bell.open()
        for shown in [50, 100, 120] {
            try eventually("\(shown) notifications") { try bell.titles().count == shown }
            guard shown < 120 else { break }
            // By keyboard: behind the last notification and its own two buttons.
            try bell.page.press(.end, .tab, .tab, .tab, .enter)
        }
        #expect(try bell.titles() == (1...120).reversed().map { "Number \($0)" })
        try eventually("nothing older") { try !bell.isShown(".older") }
        try eventually("the focus has moved to the last") { try bell.focused() == "Number 1" }
        try page.press(.escape)
        #expect(try !bell.isOpen())

        // As the client does with the end of a list that has grown too long.
        try page.evaluate("document.querySelector('flagpole-bell').inbox.items.pop()")
        try bridge.redis().push(#"{"id":"new"}"#, to: "user:7")
        try eventually("the count") { try bell.count() == 1 }
        try bell.open()
        #expect(try bell.isShown(".older"))
    }

    @Test func `what is in a notification is text, and only web addresses are links`() throws {
        let bell = try page()
        let markup = "<img src=x onerror=ran=1><script>ran=1</script><b>"
        let entries = [
            #"{"id":"1","title":"\#(markup)","message":"\#(markup)","more":"\#(markup)"}"#,
            #"{"id":"2","title":"script","url":"javascript:ran=1"}"#,
            #"{"id":"3","title":"data","link":"data:text/html,<script>ran=1</script>"}"#,
            #"{"id":"4","title":"file","url":"file:///etc/passwd"}"#,
            #"{"id":"5","title":"web","url":"https://example.org/a?b"}"#,
            #"{"id":"6","title":"relative","url":"/orders/7"}"#,
            #"{"id":"7","title":{"a":1},"message":[],"url":7,"percent":"x","created_at":"yesterday"}"#,
        ]
        try push(entries, seenBy: bell)
        try bell.open()
        #expect(try bell.titles().last == markup)
        let inside = "return document.querySelector('flagpole-bell').shadowRoot"
        #expect(try bell.page.evaluate("\(inside).querySelectorAll('img, script, b, [onerror]').length").asInt == 0)
        #expect(try bell.page.evaluate("return typeof ran").asString == "undefined")
        let links = try bell.page.evaluate(
            "return Array.from(document.querySelector('flagpole-bell').shadowRoot.querySelectorAll('a'), (a) => a.href)"
        ).strings
        #expect(links == ["http://127.0.0.1:\(bridge.port)/orders/7", "https://example.org/a?b"])
        #expect(try bell.texts(".details").count == 5)
        #expect(try browser.newLogLines() == [])
    }

    @Test func `the bell says that it is offline, and goes on when the bridge is back`() throws {
        let redis = try RedisServer()
        let port = try LoopbackSocket.unusedPort()
        let bridge = try FlagpoleProcess(["server": ["port": port]], redis: redis)
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        let bell = BellWindow(page)
        try bell.open()
        #expect(try bell.text(".status") == "")
        bridge.kill()
        try eventually("offline") { try bell.text(".status") == "Offline. Trying again…" }
        try redis.connect().push(#"{"id":"meanwhile"}"#, to: "user:42")
        try bridge.start()
        try eventually("back") { try bell.text(".status") == "" && bell.count() == 1 }
    }

    @Test func `history that could not be had is loaded when the bridge is back, and nothing is said any more`() throws
    {
        let redis = try RedisServer()
        let port = try LoopbackSocket.unusedPort()
        let bridge = try FlagpoleProcess(["server": ["port": port]], redis: redis)
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        let bell = BellWindow(page)
        bridge.kill()
        try page.wait(for: "offline")
        try bell.open()
        try eventually("what did not work") { try bell.text(".status").hasPrefix("That did not work: ") }
        try bridge.start()
        try eventually("nothing is said") { try bell.text(".status") == "" }
        try eventually("all of it") { try bell.isShown(".empty") && !bell.isShown(".older") }
    }

    @Test func `the newest of two feeds stays on top when history comes`() throws {
        let bell = try page()
        let redis = try bridge.redis()
        for (number, feed) in ["user:42", "user:43", "user:42", "user:43"].enumerated() {
            try redis.push("{\"title\":\"\(number)\"}", to: feed)
            try eventually("the count") { try bell.count() == number + 1 }
        }
        try bell.open()
        try eventually("history") { try !bell.isShown(".older") }
        #expect(try bell.titles() == ["3", "2", "1", "0"])
    }

    @Test func `a page can translate the bell, turn it round, and hear what was chosen`() throws {
        let bell = try page()
        try push([#"{"id":"a","title":"Neu"}"#], seenBy: bell)
        try bell.page.evaluate(
            """
            document.documentElement.dir = 'rtl';
            const bell = document.querySelector('flagpole-bell');
            bell.strings = { title: 'Mitteilungen', buttonWithCount: 'Mitteilungen, {count} ungelesen' };
            bell.addEventListener('flagpole-open', (event) => {
                window.chosen = event.detail.id;
                event.preventDefault();
            });
            """)
        try eventually("the translation") { try bell.label() == "Mitteilungen, 1 ungelesen" }
        try bell.open()
        #expect(try bell.text(".heading") == "Mitteilungen")
        try bell.page.evaluate(
            "document.querySelector('flagpole-bell').strings = { remove: 'Entfernen: {title}' }")
        try eventually("words of what is listed") {
            try bell.page.evaluate(
                """
                const { shadowRoot } = document.querySelector('flagpole-bell');
                return shadowRoot.querySelector('.remove').getAttribute('aria-label');
                """
            ).asString == "Entfernen: Neu"
        }
        let edges = try bell.page.evaluate(
            """
            const bell = document.querySelector('flagpole-bell');
            const panel = bell.shadowRoot.querySelector('.panel').getBoundingClientRect();
            const { left } = bell.getBoundingClientRect();
            // The bell is at the end of its line, and there the panel opens towards the line's start.
            return left < innerWidth / 2 && Math.abs(panel.left - left) < 1 && panel.right <= innerWidth;
            """)
        #expect(edges.asBool == true)
        try bell.click(".main")
        #expect(try bell.page.evaluate("return window.chosen").asString == "a")
    }

    @Test func `a page can colour the bell`() throws {
        let bell = try page()
        try push([#"{"id":"a"}"#], seenBy: bell)
        let colours = try bell.page.evaluate(
            """
            document.body.style.setProperty('--flagpole-badge', 'rgb(1, 2, 3)');
            const bell = document.querySelector('flagpole-bell');
            bell.style.setProperty('--flagpole-surface', 'rgb(4, 5, 6)');
            return ['.badge', '.panel'].map((part) =>
                getComputedStyle(bell.shadowRoot.querySelector(part)).backgroundColor);
            """)
        #expect(colours.strings == ["rgb(1, 2, 3)", "rgb(4, 5, 6)"])
    }

    @Test(.enabled(if: Nginx.isInstalled, "nginx is not installed"))
    func `a page of another origin has a bell whose tokens its own application gives`() throws {
        let port = try LoopbackSocket.unusedPort()
        let origin = "http://127.0.0.1:\(port)"
        let bridge = try FlagpoleProcess(["auth": ["mode": "token"], "cors": ["origins": [origin]]])
        let token = "reader-token-0123456789"
        try bridge.redis().command("SET", "flagpole:token:\(token)", #"{"feeds":["user:42"]}"#, "EX", "300")
        let application = try TemporaryDirectory()
        try application.write("\(token)\n", to: "token")
        let server = "http://127.0.0.1:\(bridge.port)"
        try application.write(
            """
            <!doctype html><link rel="icon" href="data:,">
            <script type="module" src="\(server)/flagpole-bell.js"></script>
            <flagpole-bell feed="user:42" token-url="token"></flagpole-bell>
            """, to: "index.html")
        let files = try Nginx(files: application.path, port: port)
        let bell = BellWindow(try browser.open(bridge, url: "\(origin)/index.html"))
        let state = "return document.querySelector('flagpole-bell').inbox?.state.name"
        try eventually("it is live") { try bell.page.evaluate(state).asString == "live" }
        try bridge.redis().push(#"{"id":"a"}"#, #"{"id":"b"}"#, to: "user:42")
        try eventually("the count") { try bell.count() == 2 }
        try bell.open()
        try eventually("history") { try !bell.isShown(".older") }
        try bell.click(".mark-all")
        try eventually("all is read") { try bell.count() == 0 }

        // A new one is fetched when the one before is withdrawn.
        let other = "other-token-0123456789"
        try bridge.redis().command("SET", "flagpole:token:\(other)", #"{"feeds":["user:42"]}"#, "EX", "300")
        try application.write(other, to: "token")
        try bridge.redis().command("DEL", "flagpole:token:\(token)")
        try bridge.redis().push(#"{"id":"c"}"#, to: "user:42")
        try eventually("what came later") { try bell.count() == 1 }
        #expect(try browser.newLogLines().filter { !$0.contains("401") } == [])
        withExtendedLifetime(files) {}
    }

    @Test func `the list opens where there is room for it`() throws {
        let bell = try page()
        try push((1...30).map { "{\"id\":\"\($0)\",\"title\":\"Number \($0)\"}" }, seenBy: bell)
        for width in [1000, 390] {
            try bell.page.emulate(width: width, scheme: "light")
            for corner in ["top left", "top right", "bottom left", "bottom right"] {
                let fits = try bell.page.evaluate(
                    """
                    const bell = document.querySelector('flagpole-bell');
                    bell.style.cssText = 'position: fixed';
                    for (const edge of arguments[0].split(' ')) bell.style[edge] = '10px';
                    bell.open();
                    const panel = bell.shadowRoot.querySelector('.panel').getBoundingClientRect();
                    bell.close();
                    return panel.left >= 0 && panel.right <= innerWidth && panel.top >= 0 && panel.bottom <= innerHeight
                        && panel.height > 300;
                    """, corner)
                #expect(fits.asBool == true, "\(corner), \(width)")
            }
        }
    }
}
