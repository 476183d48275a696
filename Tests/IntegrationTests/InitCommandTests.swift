import Foundation
import Testing

/// `flagpole init` and `flagpole config check`.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct InitCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ arguments: String...) throws -> CommandResult {
        try shell(#"exec "$@""#, [FlagpoleProcess.program] + arguments)
    }

    /// Runs a script in the directory.
    private func shell(_ script: String, _ arguments: [String] = []) throws -> CommandResult {
        let process = try ChildProcess(
            ["sh", "-c", #"cd "$0" && "# + script, directory.path] + arguments,
            output: directory.path("output"), errors: directory.path("errors"))
        defer {
            for file in ["output", "errors"] { try? FileManager.default.removeItem(atPath: directory.path(file)) }
        }
        return CommandResult(
            status: try process.wait(), output: directory.text("output"), errors: directory.text("errors"))
    }

    @Test(arguments: ["chat", "dashboard", "events", "inbox", "jobs"])
    func `an example is complete, valid, and says how to go on`(name: String) throws {
        let result = try run("init", name, "deep/\(name)")
        #expect(result.status == 0 && result.errors.isEmpty)
        for file in ["README.md", "config.json", "page/index.html"] {
            #expect(result.output.contains("deep/\(name)/\(file)"))
            #expect(!directory.text("deep/\(name)/\(file)").isEmpty)
        }
        #expect(result.output.contains("  cd deep/\(name) && \(FlagpoleProcess.program) serve\n"))
        // What is served to others is the page, and not the data.
        let server = "python3 -m http.server 8000 --bind 127.0.0.1 --directory page"
        #expect(result.output.contains("  cd deep/\(name) && \(server)\n"))
        #expect(directory.text("deep/\(name)/README.md").contains("    \(server) "))
        let check = try run("config", "check", "--config", "deep/\(name)/config.json")
        #expect(check.status == 0 && check.output == "deep/\(name)/config.json is valid\n", "\(check.errors)")
    }

    @Test func `without anything said it is the inbox, here`() throws {
        let result = try run("init")
        #expect(result.status == 0 && result.output.contains("./config.json"))
        #expect(directory.text("page/index.html").contains("flagpole-bell"))
        #expect(try run("config", "check").output == "config.json is valid\n")
    }

    @Test func `what it prints can be pasted into a shell, whatever the directory is called`() throws {
        let name = "it's; here -$HOME"
        let result = try run("init", "chat", name)
        let line = try #require(result.output.split(separator: "\n").first { $0.hasSuffix(" serve") })
        let command = line.dropLast("serve".count) + "config check"
        #expect(try shell(String(command)).output == "config.json is valid\n", "\(line)")

        // The program by a path that is no other directory's.
        try FileManager.default.createSymbolicLink(
            atPath: directory.path("flagpole"), withDestinationPath: FlagpoleProcess.program)
        let relative = try shell("./flagpole init jobs -- -jobs")
        #expect(relative.output.contains("cd ./-jobs && \(FlagpoleProcess.program) serve"), "\(relative.output)")
        #expect(directory.text("-jobs/page/index.html").contains("Job"))
    }

    @Test func `without a file the check says that there is none`() throws {
        #expect(try run("config", "check").output.hasPrefix("there is no config.json here: the defaults are in effect"))
    }

    @Test func `nothing is overwritten, nor anything written beside what is there`() throws {
        try FileManager.default.createDirectory(atPath: directory.path("page"), withIntermediateDirectories: true)
        try directory.write("mine", to: "page/index.html")
        let result = try run("init", "chat")
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("./page/index.html is there already: nothing was written"))
        #expect(directory.text("page/index.html") == "mine" && directory.text("config.json").isEmpty)
    }

    @Test func `what cannot be written or is not known is said`() throws {
        try directory.write("a file", to: "file")
        let blocked = try run("init", "chat", "file/below")
        #expect(blocked.status == 1 && blocked.errors.contains("file/below cannot be written: Not a directory"))
        let unknown = try run("init", "chatt")
        #expect(unknown.status == 64 && unknown.errors.contains("did you mean chat?"))
        #expect(try run("init", "chat", "a", "b").status == 64)
    }

    @Test func `remarks are no settings, wherever they stand`() throws {
        let remarks = #"{"//": 1, "server": {"//": ["x"], "port": 1}, "kinds": {"//": "all", "user": {"//": {}}}}"#
        try directory.write(remarks, to: "config.json")
        #expect(try run("config", "check").status == 0)
        #expect(try !run("config").output.contains("//"))
        try directory.write(#"{"/": 1}"#, to: "config.json")
        let wrong = try run("config", "check")
        #expect(wrong.status == 1 && wrong.errors.contains(#"unknown key "/" in config.json"#))
    }
}
