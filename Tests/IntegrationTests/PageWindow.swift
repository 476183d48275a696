import Foundation
import JSON

/// A browser window with a page in it, most often the built-in one.
final class PageWindow {
    /// A card of a notification, in the words on it.
    struct Card: Equatable {
        let id: String
        let title: String
    }

    private let browser: PageBrowser
    private let handle: String
    /// The server, which is not to end while somebody looks at its page.
    private let server: AnyObject

    init(_ browser: PageBrowser, _ handle: String, of server: AnyObject) {
        self.browser = browser
        self.handle = handle
        self.server = server
    }

    /// Sends a WebDriver command to this window.
    @discardableResult
    func command(_ path: String, _ body: [String: Any]) throws -> JSONValue {
        try browser.command(path, body, window: handle)
    }

    /// Runs the body of a function in the page and returns its value; `arguments` has what is given to it.
    @discardableResult
    func evaluate(_ script: String, _ arguments: Any...) throws -> JSONValue {
        try command("execute/sync", ["script": script, "args": arguments])
    }

    // MARK: - Reading

    /// The text of the first element that a CSS selector finds, shown or not.
    func text(_ selector: String) throws -> String {
        try evaluate("return document.querySelector(arguments[0])?.textContent", selector).asString ?? ""
    }

    /// The text of all elements that a CSS selector finds.
    func texts(_ selector: String) throws -> [String] {
        try evaluate("return Array.from(document.querySelectorAll(arguments[0]), (e) => e.textContent)", selector)
            .strings
    }

    /// Whether there is an element that a CSS selector finds, and can be seen.
    func isShown(_ selector: String) throws -> Bool {
        try evaluate("return document.querySelector(arguments[0])?.checkVisibility() ?? false", selector) == .bool(true)
    }

    /// The state of the connection: connecting, live or offline.
    func phase() throws -> String {
        try evaluate("return document.getElementById('pill').dataset.phase").asString ?? ""
    }

    /// The cards in a feed's column, newest first.
    func cards(_ feed: String) throws -> [Card] {
        let column = #"[aria-label="Feed \#(feed)"]"#
        return zip(try texts("\(column) .card-id"), try texts("\(column) .card h3")).map { Card(id: $0, title: $1) }
    }

    /// Notes from now on which notifications the page is told of, however often: the cards show each id once.
    func record() throws {
        try evaluate(
            """
            window.arrivals = [];
            const { inbox } = document.querySelector('flagpole-bell');
            inbox.addEventListener('notification', ({ detail }) => window.arrivals.push(detail.id));
            """)
    }

    /// The notifications since `record`, oldest first, as often as they came.
    func arrivals() throws -> [String] { try evaluate("return window.arrivals").strings }

    // MARK: - Acting

    /// Waits for a state of the connection.
    func wait(for phase: String) throws {
        try eventually("the page is \(phase)") { try self.phase() == phase }
    }

    /// Waits until a feed's column shows exactly these cards, newest first.
    func wait(for ids: [String], in feed: String, within time: Duration = patience) throws {
        try eventually("cards \(ids) of \(feed)", within: time) { try cards(feed).map(\.id) == ids }
    }

    func click(_ selector: String) throws {
        try command("element/\(element(selector))/click", [:])
    }

    /// Replaces what an input holds, as typing does.
    func type(_ text: String, into selector: String) throws {
        let element = try element(selector)
        try command("element/\(element)/clear", [:])
        try command("element/\(element)/value", ["text": text])
    }

    private func element(_ selector: String) throws -> String {
        // The one member's name is a constant of the standard.
        let reference = try command("element", ["using": "css selector", "value": selector]).asObject
        return reference?.first { _ in true }?.value.asString ?? ""
    }

    /// Gives the window a width and a colour scheme, `light` or `dark`.
    func emulate(width: Int, scheme: String) throws {
        try devTools(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": 740, "deviceScaleFactor": 1, "mobile": false])
        try devTools(
            "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
    }

    /// Presses and releases keys, one after the other.
    func press(_ keys: Key...) throws {
        let strokes = keys.flatMap { key in ["keyDown", "keyUp"].map { ["type": $0, "value": key.rawValue] } }
        try command("actions", ["actions": [["type": "key", "id": "keyboard", "actions": strokes]]])
    }

    func close() throws { try browser.close(handle) }

    /// Sends a command of the DevTools protocol.
    @discardableResult
    func devTools(_ name: String, _ parameters: [String: Any]) throws -> JSONValue {
        try command("goog/cdp/execute", ["cmd": name, "params": parameters])
    }
}

/// Keys by their code points in WebDriver.
enum Key: String {
    case tab = "\u{E004}"
    case enter = "\u{E007}"
    case escape = "\u{E00C}"
    case space = " "
    case end = "\u{E010}"
    case home = "\u{E011}"
    case up = "\u{E013}"
    case right = "\u{E014}"
    case down = "\u{E015}"
    case delete = "\u{E017}"
}

extension JSONValue {
    /// The strings of an array of strings.
    var strings: [String] { asArray?.compactMap(\.asString) ?? [] }
}
