import JSON

/// A Chromium that nobody else has as long as the value lives.
///
/// Windows of one browser share its six connections per server, as a person's do.
final class PageBrowser {
    private let chromium: Chromium

    /// Takes one; `arguments` are Chromium's, beside those that every test wants.
    init(arguments: [String] = []) throws {
        chromium = try Chromium.take(arguments: arguments)
    }

    deinit { chromium.giveBack() }

    /// Opens the built-in page of a bridge in a window of its own; `query` is the address's, percent-encoded.
    func open(_ bridge: FlagpoleProcess, _ query: String) throws -> PageWindow {
        try open(bridge, path: "/?\(query)")
    }

    /// Opens a path of a bridge in a window of its own.
    func open(_ bridge: FlagpoleProcess, path: String) throws -> PageWindow {
        try open(bridge, url: "http://127.0.0.1:\(bridge.port)\(path)")
    }

    /// Opens a path of an example in a window of its own.
    func open(_ example: RunningExample, path: String = "/") throws -> PageWindow {
        try open(example, url: example.url + path)
    }

    /// Opens a page that uses a server in a window of its own; the server is kept as long as the window.
    func open(_ server: AnyObject, url: String) throws -> PageWindow {
        let window = PageWindow(self, try chromium.newWindow(), of: server)
        try window.command("url", ["url": url])
        return window
    }

    /// Closes a window; it cannot be asked anything any more.
    func close(_ window: String) throws { try chromium.close(window) }

    /// What its console and its security checks have said since the last call, in all windows.
    func newLogLines() throws -> [String] { try chromium.newLogLines() }

    /// Sends a command to a window.
    @discardableResult
    func command(_ path: String, _ body: [String: Any], window: String) throws -> JSONValue {
        try chromium.command(path, body, window: window)
    }
}
