import Foundation
import JSON
import Redis
import SQLite

/// A bridge in a directory of a test's own; it can be stopped, killed and started again on the same data.
final class FlagpoleProcess {
    typealias Settings = [String: [String: Any]]

    /// The program that TESTED_PROGRAM names, such as one with a sanitizer, or that the tests' build has built.
    static let program =
        ProcessInfo.processInfo.environment["TESTED_PROGRAM"]
        ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "flagpole").path

    let directory: TemporaryDirectory
    private let environment: [String: String]
    /// How many files it may have open; nil: as many as the tests.
    private var openFiles: Int?
    /// Kept alive with the bridge.
    private let redisServer: RedisServer?
    private let redisSocket: String
    /// Where it runs; nil: where the tests do.
    private var workingDirectory: String?
    private var process: ChildProcess?
    private(set) var port = 0
    private(set) var databasePath = ""
    private var runs = 0

    /// Writes a configuration that polls quickly, and starts.
    ///
    /// - Parameters:
    ///   - settings: Sections of the configuration; each is laid over the test's own.
    ///   - redis: A Redis to be used instead of the embedded one.
    ///   - environment: Variables beside the path.
    ///   - openFiles: How many files it may have open, if not as many as the tests.
    ///   - starts: Whether it is started at once.
    /// - Throws: Where it does not start.
    init(
        _ settings: Settings = [:], redis: RedisServer? = nil, environment: [String: String] = [:],
        openFiles: Int? = nil, starts: Bool = true
    ) throws {
        directory = try TemporaryDirectory()
        self.environment = environment
        self.openFiles = openFiles
        redisServer = redis
        redisSocket = redis.map { String($0.url.dropFirst("unix://".count)) } ?? directory.path("data/redis.sock")
        try configure(settings, redis: redis)
        if starts { try start() }
    }

    /// Writes one of the program's examples, and serves it in its directory, at another port than it says.
    ///
    /// - Parameters:
    ///   - example: The example's name.
    ///   - environment: Variables beside the path.
    /// - Throws: Where it cannot be written or does not start.
    init(example: String, environment: [String: String] = [:]) throws {
        directory = try TemporaryDirectory()
        self.environment = environment.merging(["FLAGPOLE_SERVER_PORT": "0"]) { given, _ in given }
        redisServer = nil
        redisSocket = directory.path("data/redis.sock")
        workingDirectory = directory.path
        let writing = try ChildProcess([Self.program, "init", example, directory.path])
        guard try writing.wait() == 0 else { throw HarnessError("there is no example \(example)") }
        try start()
    }

    deinit {
        // Before its directory goes.
        process?.kill()
    }

    private func configure(_ settings: Settings, redis: RedisServer?) throws {
        var sections: Settings = [
            "server": ["port": 0, "retry_ms": 200],
            "database": ["path": directory.path("data/flagpole.sqlite3")],
            "poll": ["interval_ms": 50, "active_interval_ms": 20],
        ]
        if let redis { sections["redis"] = ["url": redis.url] }
        sections.merge(settings) { $0.merging($1) { $1 } }
        databasePath = sections["database"]?["path"] as? String ?? ""
        var file: [String: Any] = sections
        file["data_dir"] = directory.path("data")
        try JSONSerialization.data(withJSONObject: file).write(to: URL(filePath: configuration))
    }

    var configuration: String { directory.path("config.json") }

    /// All that it has logged.
    var log: String { directory.text("log") }

    var pid: pid_t { process?.pid ?? 0 }

    /// The most memory that it ever had.
    var mostResidentKilobytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? .max
    }

    var isRunning: Bool { process?.isRunning ?? false }

    // MARK: - Starting and ending

    /// Starts it and waits until its banner says where it is.
    ///
    /// `faults` are variables of this run only: where it is to die, and what safeguards to leave out (see `Faults`).
    func start(faults: [String: String] = [:]) throws {
        let started = try launch(faults)
        try eventually("the banner") {
            guard started.isRunning else { throw HarnessError("it did not start: \(log)") }
            let firstLine = directory.text("output-\(runs)").prefix { $0 != "\n" }
            guard let url = URL(string: String(firstLine.split(separator: " ").last ?? "")) else { return false }
            // A Unix socket has none.
            self.port = url.port ?? 0
            return url.scheme != nil
        }
    }

    /// Starts it, expecting that it ends by itself; returns its status.
    func startInVain() throws -> Int32 {
        let started = try launch()
        try eventually("the end, or a banner") {
            guard directory.text("output-\(runs)").isEmpty else { throw HarnessError("it started all the same") }
            return !started.isRunning
        }
        return started.status ?? -1
    }

    private func launch(_ faults: [String: String] = [:]) throws -> ChildProcess {
        runs += 1
        let place = workingDirectory.map { ["sh", "-c", #"cd "$0" && exec "$@""#, $0] } ?? []
        let limit = openFiles.map { ["prlimit", "--nofile=\($0)"] } ?? []
        let process = try ChildProcess(
            place + limit + [Self.program, "serve", "--config", configuration],
            environment: environment.merging(faults) { $1 },
            output: directory.path("output-\(runs)"), errors: directory.path("log"))
        self.process = process
        return process
    }

    func signal(_ number: Int32) { process?.signal(number) }

    func wait(within time: Duration = patience) throws -> Int32 { try process?.wait(within: time) ?? -1 }

    /// Asks it to end, and waits for that.
    @discardableResult
    func stop() throws -> Int32 {
        signal(SIGTERM)
        return try wait()
    }

    /// Ends it at once.
    func kill() { process?.kill() }

    /// Runs a command of the program with this bridge's configuration, to its end.
    func run(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) throws -> CommandResult {
        try run(arguments, input: input, environment: environment)
    }

    func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> CommandResult {
        try directory.write(input, to: "input")
        let command = try ChildProcess(
            [Self.program, arguments[0], "--config", configuration] + arguments.dropFirst(), environment: environment,
            input: directory.path("input"), output: directory.path("command-output"),
            errors: directory.path("command-errors"))
        defer { try? FileManager.default.removeItem(atPath: directory.path("command-errors")) }
        return CommandResult(
            status: try command.wait(), output: directory.text("command-output"),
            errors: directory.text("command-errors"))
    }

    // MARK: - Talking to it

    func client() throws -> HTTPClient { try HTTPClient(self) }

    func get(_ target: String) throws -> HTTPAnswer { try client().request("GET", target) }

    func stream(
        _ query: String, headers: [(String, String)] = [], version: String = "1.1", receiveBuffer: Int32? = nil,
        port: Int? = nil
    ) throws -> EventStreamClient {
        try EventStreamClient(
            self, query: query, headers: headers, version: version, receiveBuffer: receiveBuffer, port: port)
    }

    /// A stream that has had its backlog.
    @discardableResult
    func liveStream(_ query: String, headers: [(String, String)] = []) throws -> EventStreamClient {
        let stream = try stream(query, headers: headers)
        try stream.untilLive()
        return stream
    }

    /// The value of a metric, its labels included in the name.
    func metric(_ name: String) throws -> Double? {
        let line = try get("/metrics").text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    func redis() throws -> RedisConnection { try .test(redisSocket) }

    func database(_ access: SQLiteConnection.Access = .readOnly) throws -> SQLiteConnection {
        try SQLiteConnection(
            path: databasePath, access: access, busyTimeoutMilliseconds: 5000)
    }
}

/// What a command of the program did.
struct CommandResult {
    let status: Int32
    let output: String
    let errors: String
}
