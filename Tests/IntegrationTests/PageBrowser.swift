import Foundation
import HTTP
import JSON

/// A Chromium of a test's own, driven over WebDriver (W3C, 'WebDriver') and ended with the value.
///
/// Windows of one browser share its six connections per server, as a person's do.
final class PageBrowser {
    private let directory: TemporaryDirectory
    private let driver: ChildProcess
    private let connection: LoopbackSocket
    private var answers = HTTPResponseParser()
    private var session = ""
    /// The window that the browser came with; it stays.
    private var firstWindow = ""
    private var currentWindow = ""

    /// Starts it; `arguments` are Chromium's, beside those that every test wants.
    init(arguments: [String] = []) throws {
        directory = try TemporaryDirectory()
        let output = directory.path("output")
        let home = directory.path
        driver = try ChildProcess(
            ["chromedriver", "--port=0"], environment: ["HOME": home, "TMPDIR": home], output: output,
            errors: directory.path("errors"))
        connection = try LoopbackSocket(port: Self.port(of: driver, sayingItIn: output))
        session =
            try ask("POST", "/session", capabilities(home, arguments), within: .seconds(60))["sessionId"]?.asString
            ?? ""
        firstWindow = try ask("GET", "/session/\(session)/window").asString ?? ""
    }

    deinit {
        // Killed, chromedriver would leave its browser behind; asked to end, it ends that first.
        _ = try? ask("GET", "/shutdown")
        _ = try? driver.wait()
    }

    private static func port(of driver: ChildProcess, sayingItIn output: String) throws -> Int {
        var port: Int?
        try eventually("chromedriver") {
            guard driver.isRunning else { throw HarnessError("chromedriver has ended") }
            let text = FileManager.default.contents(atPath: output).map { String(decoding: $0, as: UTF8.self) } ?? ""
            port = text.firstMatch(of: /started successfully on port (\d+)\./).flatMap { Int($0.1) }
            return port != nil
        }
        return port ?? 0
    }

    private func capabilities(_ home: String, _ more: [String]) -> [String: Any] {
        let arguments = [
            "headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "user-data-dir=\(home)/profile",
            "lang=en-GB",
        ]
        let always: [String: Any] = [
            "browserName": "chrome", "goog:loggingPrefs": ["browser": "ALL"],
            "goog:chromeOptions": ["binary": "/usr/bin/chromium", "args": arguments + more],
        ]
        return ["capabilities": ["alwaysMatch": always]]
    }

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
        let handle = try command("window/new", ["type": "window"])["handle"]?.asString ?? ""
        let window = PageWindow(self, handle, of: server)
        try window.command("url", ["url": url])
        return window
    }

    /// Closes a window; it cannot be asked anything any more.
    func close(_ window: String) throws {
        try command("window", ["handle": window])
        try ask("DELETE", "/session/\(session)/window")
        // The next command may be one of no window, which wants one all the same.
        try command("window", ["handle": firstWindow])
        currentWindow = firstWindow
    }

    /// What its console and its security checks have said since the last call, in all windows.
    func newLogLines() throws -> [String] {
        let entries = try command("se/log", ["type": "browser"]).asArray ?? []
        return entries.map { "\($0["level"]?.asString ?? "") \($0["message"]?.asString ?? "")" }
    }

    /// Sends a command of this session, to a window where it is one of a window.
    @discardableResult
    func command(_ path: String, _ body: [String: Any], window: String? = nil) throws -> JSONValue {
        if let window, window != currentWindow {
            try ask("POST", "/session/\(session)/window", ["handle": window])
            currentWindow = window
        }
        return try ask("POST", "/session/\(session)/\(path)", body)
    }

    @discardableResult
    private func ask(
        _ method: String, _ path: String, _ body: [String: Any]? = nil, within time: Duration = patience
    ) throws -> JSONValue {
        let bytes = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
        let head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(bytes.count)\r\n\r\n"
        connection.send(Array(head.utf8) + bytes)
        let (status, value) = try answer(until: .now + time)
        guard status == 200 else {
            let said = [value["error"]?.asString, value["message"]?.asString].compactMap { $0 }
            throw HarnessError("WebDriver, \(path): \(said.joined(separator: ": "))")
        }
        return value
    }

    private func answer(until deadline: ContinuousClock.Instant) throws -> (status: Int, value: JSONValue) {
        var (status, body) = (0, [UInt8]())
        while true {
            switch try answers.next() {
            case .head(let newStatus, _): status = newStatus.code
            case .body(let bytes): body += bytes
            case .end: return (status, try JSONValue.parse(body)["value"] ?? .null)
            case nil:
                guard let bytes = try connection.receive(until: deadline) else {
                    throw HarnessError("chromedriver has closed the connection")
                }
                bytes.withUnsafeBytes { answers.append($0) }
            }
        }
    }
}
