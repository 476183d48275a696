import Foundation
import SQLite
import Testing

/// What commands do where nobody reads what they say, or it cannot be written.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct CommandOutputTests {
    /// Runs a command, some of whose descriptors are a pipe that nobody reads any more, and returns its exit status.
    private func run(_ bridge: FlagpoleProcess, unread redirection: String, _ arguments: String...) throws -> Int32 {
        let script = #"mkfifo "$0"; (exec <"$0") & exec 3>"$0"; wait; exec "$@" \#(redirection) 3>&-"#
        let pipe = bridge.directory.path("pipe-\(UUID().uuidString)")
        let command = [FlagpoleProcess.program, arguments[0], "--config", bridge.configuration]
        return try ChildProcess(["sh", "-c", script, pipe] + command + arguments.dropFirst()).wait()
    }

    /// Runs a command whose output goes to a file or device.
    private func run(_ bridge: FlagpoleProcess, to output: String, _ arguments: String...) throws -> CommandResult {
        let command = try ChildProcess(
            [FlagpoleProcess.program, arguments[0], "--config", bridge.configuration] + arguments.dropFirst(),
            output: output, errors: bridge.directory.path("errors"))
        return CommandResult(status: try command.wait(), output: "", errors: bridge.directory.text("errors"))
    }

    /// A database in whose quarantine three entries are.
    private func setAside() throws -> (FlagpoleProcess, SQLiteConnection) {
        let bridge = try FlagpoleProcess(starts: false)
        #expect(try bridge.run("migrate").status == 0)
        let database = try bridge.database(.readWrite)
        for _ in 1...3 {
            try database.execute(
                "INSERT INTO quarantine (feed, entry, reason, stored_at) VALUES ('user:1', '', 'r', 1)")
        }
        return (bridge, database)
    }

    @Test func `a command finishes what it has begun, also where nobody reads on`() throws {
        let (bridge, database) = try setAside()
        #expect(try run(bridge, unread: ">&3", "quarantine", "list", "--json") == 0)
        #expect(try run(bridge, unread: ">&3", "quarantine", "discard", "--all") == 0)
        #expect(try database.scalarInt("SELECT count(*) FROM quarantine") == 0)
    }

    @Test func `a command finishes what it has begun, and fails, where its output cannot be written`() throws {
        let (bridge, database) = try setAside()
        let result = try run(bridge, to: "/dev/full", "quarantine", "discard", "--all")
        #expect(result.status == 1)
        #expect(result.errors == "flagpole: standard output: No space left on device\n")
        #expect(try database.scalarInt("SELECT count(*) FROM quarantine") == 0)
    }

    @Test func `a failure is one whether or not anybody reads of it`() throws {
        let bridge = try FlagpoleProcess(starts: false)
        for redirection in ["2>&3", ">&3 2>&3", "2>&-"] {
            #expect(try run(bridge, unread: redirection, "quarantine") == 1)
            #expect(try run(bridge, unread: redirection, "config", "--frob") == 64)
        }
        #expect(try run(bridge, unread: ">&-", "config") == 1)
    }

    @Test func `following ends once nobody reads on`() throws {
        let bridge = try FlagpoleProcess(["server": ["port": LoopbackSocket.unusedPort()]])
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try run(bridge, unread: ">&3", "tail", "user:42") == 0)
        #expect(try run(bridge, to: "/dev/full", "tail", "user:42").status == 1)
    }
}
