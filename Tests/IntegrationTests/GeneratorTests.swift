import Foundation
import JSON
import Testing

/// Commands whose output goes to feeds.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct GeneratorTests {
    private static let kinds = [
        "metrics": ["list": "metrics:{id}", "flag": "metrics:{id}:changed", "keep": 1] as [String: any Sendable],
        "now": ["list": "now:{id}", "flag": "now:{id}:changed", "ephemeral": true],
    ]

    private func bridge(
        _ generators: [String: Any], environment: [String: String] = [:], port: Int = 0
    ) throws -> FlagpoleProcess {
        try FlagpoleProcess(
            ["kinds": Self.kinds, "generators": generators, "server": ["port": port]], environment: environment)
    }

    @Test func `what changes in a command's output is sent while someone watches, and only then is it run`() throws {
        let files = try TemporaryDirectory()
        try files.write("1", to: "value")
        // More on standard error than a pipe holds.
        let script = "echo run >> \(files.path("runs")); head -c 200000 /dev/zero >&2; cat \(files.path("value"))"
        let bridge = try bridge(["metrics:server": ["command": ["sh", "-c", script], "every_ms": 100]])
        #expect(try bridge.client().publish("{}", to: "metrics:other").status == 201)
        #expect(files.text("runs").isEmpty, "nobody watches")

        var stream: EventStreamClient? = try bridge.liveStream("feed=metrics:server")
        #expect(try stream?.event().data.json["value"] == .number("1"))
        let runs = { files.text("runs").split(separator: "\n").count }
        let before = runs()
        try eventually("more runs") { runs() >= before + 3 }
        try files.write(#"{"load":[0.5]}"#, to: "value")
        let event = try #require(try stream?.event()).data.json
        #expect(event["load"] == .array([.number("0.5")]) && event["id"]?.asString?.count == 26)
        #expect(try bridge.redis().command("LLEN", "metrics:server").integer == 2)
        #expect(try bridge.metric(#"flagpole_generator_runs_total{result="pushed"}"#) == 2)

        stream = nil
        try eventually("nobody watches") { try bridge.metric("flagpole_watched_feeds") == 0 }
        let atEnd = runs() + 1
        let other = try bridge.liveStream("feed=metrics:other&since=now")
        for number in 1...3 {
            #expect(try bridge.client().publish(#"{"n":\#(number)}"#, to: "metrics:other").status == 201)
            _ = try other.event()
        }
        #expect(runs() <= atEnd)
    }

    @Test func `a command that outlasts its interval is waited for, and never runs twice at a time`() throws {
        let files = try TemporaryDirectory()
        let script =
            "cd '\(files.path)'; mkdir running || echo twice >> runs; sleep 0.35; rmdir running; echo once >> runs"
        let bridge = try bridge(["metrics:slow": ["command": ["sh", "-c", script], "every_ms": 100]])
        let stream = try bridge.liveStream("feed=metrics:slow")
        try eventually("some runs") { files.text("runs").split(separator: "\n").count >= 4 }
        #expect(!files.text("runs").contains("twice"))
        _ = stream
    }

    @Test func `a command that does not end though it was killed is not started beside itself, and keeps none waiting`()
        throws
    {
        let files = try TemporaryDirectory()
        let script = "cd '\(files.path)'; echo $$ >> hanging; while [ ! -e end ]; do sleep 0.02; done"
        let bridge = try FlagpoleProcess(
            [
                "kinds": Self.kinds,
                "generators": [
                    "metrics:hanging": ["command": ["sh", "-c", script], "every_ms": 100, "timeout_ms": 100],
                    "metrics:other": ["command": ["sh", "-c", "echo run >> '\(files.path)/other'"], "every_ms": 100],
                ],
            ], starts: false)
        try bridge.start(faults: ["FAULT_OFF": "kill-generators"])
        let stream = try bridge.liveStream("feed=metrics:hanging&feed=metrics:other")
        func runs(_ name: String) -> [Substring] { files.text(name).split(separator: "\n") }
        try eventually("its end by force") { bridge.log.contains("it took longer than 100 ms") }
        let before = runs("other").count
        try eventually("a line that says so") { bridge.log.contains("does not end though it was killed") }
        // The others went on all that second.
        #expect(runs("other").count >= before + 4)
        #expect(runs("hanging").count == 1)

        let pid = try #require(runs("hanging").first)
        try files.write("", to: "end")
        try eventually("the next run") { runs("hanging").count >= 2 }
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(pid)"), "it was waited for")
        withExtendedLifetime(stream) {}
    }

    @Test func `a website is asked with curl`() throws {
        let port = try LoopbackSocket.unusedPort()
        let command = ["curl", "-sS", "--fail", "http://127.0.0.1:\(port)/healthz"]
        let bridge = try bridge(["metrics:site": ["command": command, "every_ms": 100]], port: port)
        #expect(try bridge.liveStream("feed=metrics:site").event().data.json["status"] == .string("ok"))
    }

    @Test func `who comes to an ephemeral feed that nobody watched is sent what has not changed`() throws {
        let bridge = try bridge(["now:time": ["command": ["echo", "same"], "every_ms": 100]])
        for _ in 1...2 {
            var stream: EventStreamClient? = try bridge.liveStream("feed=now:time")
            #expect(try stream?.event().data.json["value"] == .string("same"))
            stream = nil
            try eventually("nobody watches") { try bridge.metric("flagpole_watched_feeds") == 0 }
        }
    }

    @Test func `a command that fails, hangs or prints too much harms nobody, and learns no secret`() throws {
        let bridge = try bridge(
            [
                "metrics:failing": ["command": ["sh", "-c", "echo no host >&2; exit 3"], "every_ms": 100],
                "metrics:missing": ["command": ["/nonexistent/command"], "every_ms": 100],
                "metrics:hanging": ["command": ["sh", "-c", "sleep 1000"], "every_ms": 100, "timeout_ms": 100],
                "metrics:endless": ["command": ["yes"], "every_ms": 100],
                "metrics:curious": ["command": ["env"], "every_ms": 100],
            ], environment: ["FLAGPOLE_ADMIN_KEY": "secret-key-0123456789", "OTHER": "is-passed-on"])
        let stream = try bridge.liveStream(
            ["failing", "missing", "hanging", "endless", "curious"].map { "feed=metrics:\($0)" }.joined(separator: "&"))
        let printed = try stream.event().data.json
        #expect(printed["feed"] == .string("metrics:curious"))
        let environment = try #require(printed["body"]?["value"]?.asString)
        #expect(environment.contains("OTHER=is-passed-on") && !environment.contains("FLAGPOLE"))
        let reasons = [
            "its exit status is 3: no host", "/nonexistent/command is not there", "it took longer than 100 ms",
            "it printed more than 65536 bytes",
        ]
        for reason in reasons { try eventually(reason) { bridge.log.contains(reason) } }
        try eventually("failures") { try bridge.metric(#"flagpole_generator_runs_total{result="failed"}"#) ?? 0 >= 8 }
        #expect(bridge.log.split(separator: "\n").count(where: { $0.contains("a generator failed") }) == 4)
    }

    @Test func `an end of the bridge, orderly or not, is one of its commands`() throws {
        let files = try TemporaryDirectory()
        for isKilled in [false, true] {
            let command = ["sh", "-c", "echo $$ > \(files.path("pid")); exec sleep 1000"]
            let bridge = try bridge(["metrics:server": ["command": command, "timeout_ms": 100_000]])
            let stream = try bridge.stream("feed=metrics:server")
            try eventually("the command") { files.text("pid").hasSuffix("\n") }
            let pid = try #require(Int32(files.text("pid").dropLast()))
            #expect(ChildProcess.exists(pid))
            if isKilled { bridge.kill() } else { #expect(try bridge.stop() == 0) }
            try eventually("its end") { !ChildProcess.exists(pid) }
            try files.write("", to: "pid")
            _ = stream
        }
    }
}
