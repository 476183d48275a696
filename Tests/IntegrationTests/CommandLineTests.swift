import JSON
import Redis
import Testing

/// The program's commands, beside `serve`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct CommandLineTests {
    // MARK: - push

    @Test func `push makes a notification of its options, and prints its id`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let pushes = [
            (["--title", "Hi", "--message", "there", "--id", "a"], #"{"title":"Hi","message":"there","id":"a"}"#),
            (["--json", #"{"id":"b","n":1.50}"#], #"{"id":"b","n":1.50}"#),
            (
                ["--title", "T", "--event", "order", "--id", "c"],
                #"{"title":"T","event":"order","id":"c"}"#
            ),
            (["--message", "ünï \"quoted\"", "--id", "d"], #"{"message":"ünï \"quoted\"","id":"d"}"#),
        ]
        for (options, entry) in pushes {
            let result = try bridge.run(["push", "user:42"] + options)
            #expect(result.status == 0, "\(result.errors)")
            let event = try stream.event()
            #expect(event.data.json == entry.json)
            #expect(result.output == "\(event.notificationID)\n")
        }
        let made = try bridge.run("push", "user:42", "--title", "Without an id")
        #expect(made.output == "\(try stream.event().notificationID)\n")
    }

    @Test func `push takes JSON lines from its standard input`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let lines = (1...1500).map { #"{"id":"n\#($0)"}"# }
        let result = try bridge.run("push", "user:42", input: "\n" + lines.joined(separator: "\r\n") + "\n\n")
        #expect(result.status == 0)
        #expect(result.output.contains("1500"))
        #expect(try stream.notifications(1500).map(\.data.json) == lines.map(\.json))
    }

    @Test func `push names the line that it could not take, and has pushed those before it`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let result = try bridge.run(
            "push", "user:42", input: "{\"id\":\"a\"}\n\n{\"id\":\"b\"}\nno json\n{\"id\":\"c\"}\n")
        #expect(result.status == 1)
        #expect(result.errors.contains("line 4"))
        #expect(try stream.ids(2) == ["a", "b"])
        #expect(try bridge.redis().command("LLEN", "notifications:user:42").integer == 2)
    }

    @Test func `push says what is wrong with it`() throws {
        let bridge = try FlagpoleProcess()
        let cases: [(arguments: [String], status: Int32, says: String)] = [
            (["user:42", "--json", "[]"], 1, "object"), (["user:42", "--json", #"{"id":true}"#], 1, "id"),
            (["order:1", "--title", "T"], 1, "order"), (["User:1", "--title", "T"], 64, "KIND:ID"),
            (["user:42", "--titel", "T"], 64, "--titel"), (["user:42", "--title"], 64, "--title"),
            (["user:42", "--title", "T", "--event", "ping"], 64, "--event"),
            (["user:42", "--json", "{}", "--title", "T"], 64, "--json"), ([], 64, "FEED"),
            (["user:1", "user:2", "--title", "T"], 64, "user:2"),
        ]
        for (arguments, status, says) in cases {
            let result = try bridge.run(["push"] + arguments)
            #expect(result.status == status, "\(arguments)")
            #expect(result.errors.contains(says), "\(arguments) \(result.errors)")
            #expect(result.output.isEmpty)
        }
        #expect(try bridge.redis().command("EXISTS", "notifications:user:42").integer == 0)
        #expect(try bridge.stop() == 0)
        #expect(try bridge.run("push", "user:42", "--title", "T").status == 1)
    }

    // MARK: - tail

    @Test func `tail prints what comes, over a restart of the bridge, and ends when it has enough`() throws {
        let bridge = try FlagpoleProcess(["server": ["port": LoopbackSocket.unusedPort(), "retry_ms": 50]])
        try bridge.redis().push(#"{"id":"n1"}"#, to: "user:42")
        _ = try bridge.stream("feed=user:42").notifications(1)
        let tail = try bridge.begin("tail", "user:42", "--json", "--count", "5")
        try bridge.redis().push(#"{"id":"n2"}"#, to: "user:42")
        try eventually("two lines") { bridge.directory.text("tail").split(separator: "\n").count == 2 }

        for (isKilled, number) in [(false, 3), (true, 4)] {
            if isKilled { bridge.kill() } else { #expect(try bridge.stop() == 0) }
            try bridge.start()
            try bridge.redis().push(#"{"id":"n\#(number)"}"#, to: "user:42")
            try eventually("\(number) lines") { bridge.directory.text("tail").split(separator: "\n").count == number }
        }
        #expect(tail.isRunning)
        try bridge.redis().push(#"{"id":"n5"}"#, #"{"id":"n6"}"#, to: "user:42")
        #expect(try tail.wait() == 0)
        #expect(bridge.directory.text("tail") == (1...5).map { "{\"id\":\"n\($0)\"}\n" }.joined())
    }

    @Test func `tail begins where it is told, and prints for people`() throws {
        let bridge = try FlagpoleProcess(["server": ["port": LoopbackSocket.unusedPort()]])
        try bridge.redis().push(
            #"{"id":"a"}"#, #"{"id":"b","title":"Order","message":"7 \u001b[31m"}"#, to: "user:42")
        _ = try bridge.stream("feed=user:42").notifications(2)
        let result = try bridge.run("tail", "user:42", "--last-event-id", "a", "--count", "1")
        #expect(result.status == 0)
        #expect(result.output.contains("user:42 b Order: 7") && !result.output.contains("\u{1B}"))
        #expect(try bridge.run("tail", "order:1").status == 1)
        #expect(try bridge.run("tail", "user").status == 64)
        #expect(try bridge.run("tail", "user:42", "--since", "yesterday").status == 64)
    }

    // MARK: - migrate, config, help

    @Test func `migrate lists, applies, and lists what it has applied`() throws {
        let bridge = try FlagpoleProcess(starts: false)
        let pending = try bridge.run("migrate", "--status", "--json").output.json["migrations"]?.asArray ?? []
        #expect(!pending.isEmpty && pending.allSatisfy { $0["applied_at"]?.isNull == true })
        let applied = try bridge.run("migrate")
        #expect(applied.status == 0 && applied.output.contains("applied"))
        let statuses = try bridge.run("migrate", "--status", "--json").output.json["migrations"]?.asArray ?? []
        #expect(statuses.count == pending.count && statuses.allSatisfy { $0["applied_at"]?.asString != nil })
        #expect(try bridge.run("migrate").status == 0)
        try bridge.start()
        #expect(try bridge.get("/healthz").status == 200)
    }

    @Test func `config prints what is in effect, and can be fed back`() throws {
        let bridge = try FlagpoleProcess(starts: false)
        let result = try bridge.run("config", environment: ["FLAGPOLE_SERVER_PING_MS": "4321"])
        #expect(result.status == 0)
        #expect(result.output.json["server"]?["ping_ms"]?.asInt == 4321)
        #expect(result.output.json["kinds"]?["user"]?["inbox"]?.asBool == true)
        try bridge.directory.write(result.output, to: "config.json")
        #expect(try bridge.run("config").output == result.output)

        #expect(try bridge.run("config", "check").status == 0)
        try bridge.directory.write(#"{"server":{"prot":1}}"#, to: "config.json")
        let wrong = try bridge.run("config", "check")
        #expect(wrong.status == 1)
        #expect(wrong.output.isEmpty)
        #expect(wrong.errors.contains("server.prot"))
    }

    @Test func `an env file counts more than the configuration`() throws {
        let bridge = try FlagpoleProcess(["server": ["ping_ms": 1]], starts: false)
        try bridge.directory.write("# a comment\nFLAGPOLE_SERVER_PING_MS=7777\n", to: "env")
        let result = try bridge.run("config", "--env-file", bridge.directory.path("env"))
        #expect(result.errors.contains("server.ping_ms"), "the file is checked all the same")
        let valid = try FlagpoleProcess(starts: false)
        let merged = try valid.run("config", "--env-file", bridge.directory.path("env"))
        #expect(merged.output.json["server"]?["ping_ms"]?.asInt == 7777)
    }

    @Test func `help and version are printed, and what is not understood is a usage error`() throws {
        let directory = try TemporaryDirectory()
        let cases: [(arguments: [String], status: Int32, output: String, errors: String)] = [
            (["--help"], 0, "usage: flagpole", ""), (["-h"], 0, "usage: flagpole", ""),
            (["--version"], 0, "flagpole ", ""), (["serve", "--help"], 0, "--config", ""),
            (["push", "--help"], 0, "--json", ""), (["tail", "--help"], 0, "--count", ""),
            (["migrate", "--help"], 0, "--status", ""), (["config", "--help"], 0, "check", ""),
            ([], 64, "", "usage: flagpole"), (["serv"], 64, "", "serve"), (["--frob"], 64, "", "--frob"),
            (["serve", "--frob"], 64, "", "--frob"), (["serve", "here"], 64, "", "here"),
            (["push", "-f"], 64, "", "after -- it is no option"),
        ]
        for (index, (arguments, status, output, errors)) in cases.enumerated() {
            let process = try ChildProcess(
                [FlagpoleProcess.program] + arguments, output: directory.path("output"),
                errors: directory.path("errors-\(index)"))
            #expect(try process.wait() == status, "\(arguments)")
            for (file, text) in [("output", output), ("errors-\(index)", errors)] {
                #expect(directory.text(file).contains(text) || text.isEmpty, "\(arguments)")
                #expect(directory.text(file).isEmpty == text.isEmpty, "\(arguments)")
            }
        }
    }
}

extension FlagpoleProcess {
    /// Starts a command whose output goes to a file of its name.
    fileprivate func begin(_ arguments: String...) throws -> ChildProcess {
        try ChildProcess(
            [Self.program, arguments[0], "--config", configuration] + arguments.dropFirst(),
            output: directory.path(arguments[0]), errors: directory.path("\(arguments[0])-errors"))
    }
}
