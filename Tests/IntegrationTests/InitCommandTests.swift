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
        let process = try ChildProcess(
            ["sh", "-c", #"cd "$0" && exec "$@""#, directory.path, FlagpoleProcess.program] + arguments,
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
        for file in ["README.md", "config.json", "index.html"] {
            #expect(result.output.contains("deep/\(name)/\(file)"))
            #expect(!directory.text("deep/\(name)/\(file)").isEmpty)
        }
        let check = try run("config", "check", "--config", "deep/\(name)/config.json")
        #expect(check.status == 0 && check.output == "deep/\(name)/config.json is valid\n", "\(check.errors)")
    }

    @Test func `without anything said it is the inbox, here`() throws {
        let result = try run("init")
        #expect(result.status == 0 && result.output.contains("./config.json"))
        #expect(directory.text("index.html").contains("flagpole-bell"))
        #expect(try run("config", "check").output == "config.json is valid\n")
    }

    @Test func `nothing is overwritten, nor anything written beside what is there`() throws {
        try directory.write("mine", to: "index.html")
        let result = try run("init", "chat")
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("./index.html is there already: nothing was written"))
        #expect(directory.text("index.html") == "mine" && directory.text("config.json").isEmpty)
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
