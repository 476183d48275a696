import Foundation
import HTTP
import JSON
import Synchronization

/// A Chromium and what drives it over WebDriver (W3C, 'WebDriver'); both end with the value.
///
/// Handed on from test to test, and never with two at a time: hence `@unchecked`.
final class Chromium: @unchecked Sendable {
    /// What it was started with, beside what every test wants.
    private let arguments: [String]
    private let directory: TemporaryDirectory
    private let driver: ChildProcess
    private let connection: LoopbackSocket
    private var answers = HTTPResponseParser()
    private var session = ""
    /// The window that it came with; it stays.
    private var firstWindow = ""
    private var currentWindow = ""

    private init(arguments: [String]) throws {
        self.arguments = arguments
        directory = try TemporaryDirectory()
        let output = directory.path("output")
        let home = directory.path
        driver = try ChildProcess(
            ["chromedriver", "--port=0"], environment: ["HOME": home, "TMPDIR": home], output: output,
            errors: directory.path("errors"))
        connection = try LoopbackSocket(port: Self.port(of: driver, sayingItIn: output))
        session =
            try ask("POST", "/session", capabilities(home), within: .seconds(60))["sessionId"]?.asString ?? ""
        firstWindow = try ask("GET", "/session/\(session)/window").asString ?? ""
    }

    deinit {
        // Killed, chromedriver would leave its browser behind; asked to end, it ends that first.
        _ = try? ask("GET", "/shutdown")
        _ = try? driver.wait()
    }

    // MARK: - Taking turns

    /// Those that no test has at the moment; they end with the process.
    private static let idle: Mutex<[Chromium]> = {
        atexit { Chromium.idle.withLock { $0 = [] } }
        return Mutex([])
    }()

    /// Takes one that was started with these arguments, or starts it.
    static func take(arguments: [String]) throws -> Chromium {
        let found = idle.withLock { idle in
            idle.firstIndex { $0.arguments == arguments }.map { idle.remove(at: $0) }
        }
        return try found ?? Chromium(arguments: arguments)
    }

    /// Leaves it to the next test, as it was at the beginning; one that cannot be brought there is ended.
    func giveBack() {
        guard (try? tidyUp()) != nil else { return }
        Self.idle.withLock { $0.append(self) }
    }

    /// Closes its windows and forgets its cookies.
    ///
    /// What else pages keep is kept by origin, and each bridge has its own.
    private func tidyUp() throws {
        for window in try ask("GET", "/session/\(session)/window/handles").strings where window != firstWindow {
            try close(window)
        }
        try command("goog/cdp/execute", ["cmd": "Network.clearBrowserCookies", "params": [:] as [String: Any]])
        _ = try newLogLines()
    }

    // MARK: - Starting

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

    private func capabilities(_ home: String) -> [String: Any] {
        let always = [
            "headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "user-data-dir=\(home)/profile",
            "lang=en-GB",
        ]
        let wanted: [String: Any] = [
            "browserName": "chrome", "goog:loggingPrefs": ["browser": "ALL"],
            "goog:chromeOptions": ["binary": "/usr/bin/chromium", "args": always + arguments],
        ]
        return ["capabilities": ["alwaysMatch": wanted]]
    }

    // MARK: - Commands

    /// Opens a window and returns its handle.
    func newWindow() throws -> String { try command("window/new", ["type": "window"])["handle"]?.asString ?? "" }

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

    /// Sends a command of the session, to a window where it is one of a window.
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
