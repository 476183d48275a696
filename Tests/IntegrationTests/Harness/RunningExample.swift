import Foundation
import Redis
import SQLite

/// One of the `Examples`, run by `Examples/run` as a person runs it, with data in a directory of a test's own.
final class RunningExample {
    /// A Python with what `Tests/Clients/requirements.txt` names.
    static let python = ProcessInfo.processInfo.environment["CLIENTS_PYTHON"]

    let directory: TemporaryDirectory
    /// Where its page is.
    let port: Int
    /// The example's own files.
    let files: String
    private let process: ChildProcess
    private let environment: [String: String]

    /// Starts it and waits until it says where its page is.
    ///
    /// - Parameters:
    ///   - name: The directory's name.
    ///   - settings: Variables that take the place of what the example says.
    /// - Throws: Where it does not start.
    init(_ name: String, environment settings: [String: String] = [:]) throws {
        let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Examples")
            .standardizedFileURL
        files = examples.appending(path: name).path
        let directory = try TemporaryDirectory()
        self.directory = directory
        port = try LoopbackSocket.unusedPort()
        environment = [
            "FLAGPOLE": FlagpoleProcess.program, "PORT": "\(port)", "BRIDGE_PORT": "\(try LoopbackSocket.unusedPort())",
            "EXAMPLE_DIR": directory.path,
        ].merging(settings) { $1 }
        let process = try ChildProcess(
            [examples.appending(path: "run").path, name], environment: environment, output: directory.path("output"),
            errors: directory.path("errors"))
        self.process = process
        let url = url
        try eventually("example \(name)") {
            guard process.isRunning else { throw HarnessError("\(name) did not start: \(directory.text("errors"))") }
            return directory.text("output").contains("\(url)/\n")
        }
    }

    deinit {
        // Asked to end, it ends what it has started before its directory goes.
        _ = try? stop()
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// The processes that it has started and that still run.
    var pids: [pid_t] {
        let text = try? String(contentsOfFile: "/proc/\(process.pid)/task/\(process.pid)/children", encoding: .utf8)
        return (text ?? "").split(separator: " ").compactMap { pid_t($0) }
    }

    /// Asks it to end, and waits for that.
    @discardableResult
    func stop() throws -> Int32 {
        process.signal(SIGTERM)
        return try process.wait()
    }

    /// Starts a writer in the example's directory: a program, which may be one of the example's files, and its arguments.
    func start(_ arguments: String...) throws -> ChildProcess { try start(arguments) }

    private func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(
            ["sh", "-c", #"cd "$0" && exec "$@""#, files] + arguments, environment: environment,
            output: directory.path("writer-output"), errors: directory.path("writer-errors"))
    }

    /// Runs a writer to its end and returns what it printed.
    @discardableResult
    func run(_ arguments: String...) throws -> String { try run(arguments) }

    @discardableResult
    func run(_ arguments: [String]) throws -> String {
        guard try start(arguments).wait(within: .seconds(30)) == 0 else {
            throw HarnessError("\(arguments): \(directory.text("writer-errors"))\(directory.text("writer-output"))")
        }
        return directory.text("writer-output").trimmingCharacters(in: .newlines)
    }

    func redis() throws -> RedisConnection { try .test(directory.path("data/redis.sock")) }

    func database() throws -> SQLiteConnection {
        try SQLiteConnection(
            path: directory.path("data/flagpole.sqlite3"), access: .readOnly, busyTimeoutMilliseconds: 5000)
    }
}
