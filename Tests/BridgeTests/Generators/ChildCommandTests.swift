import Foundation
import Reactor
import Testing

@testable import Bridge

@Suite(.serialized)
struct ChildCommandTests {
    private func start(
        _ command: String..., environment: [String] = ["PATH=/usr/bin:/bin"], maximumBytes: Int = 1000
    ) throws -> ChildCommand {
        try ChildCommand(
            command, environment: environment, maximumBytes: maximumBytes, deadline: .now + Milliseconds(10_000))
    }

    /// Reads until the process has ended, at most ten seconds.
    private func waitForEnd(of child: inout ChildCommand) -> Bool {
        var waiting = child.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            poll(&waiting, 3, 100)
            if waiting[0].revents != 0 { return true }
            _ = child.read()
        }
        return false
    }

    private func run(_ command: String..., environment: [String] = ["PATH=/usr/bin:/bin"], maximumBytes: Int = 1000)
        throws
        -> ChildCommand.Ending
    {
        var child = try ChildCommand(
            command, environment: environment, maximumBytes: maximumBytes, deadline: .now + Milliseconds(10_000))
        #expect(waitForEnd(of: &child))
        return child.finish()
    }

    @Test func `what a command prints is what it has printed when it ends well`() throws {
        #expect(try run("printf", "a b\\n") == .exited(Array("a b\n".utf8)))
        #expect(try run("sh", "-c", "echo out; echo err >&2") == .exited(Array("out\n".utf8)))
        #expect(try run("true") == .exited([]))
        #expect(try run("printf", "%s", "$HOME; *") == .exited(Array("$HOME; *".utf8)), "no shell takes part")
    }

    @Test func `a command that fails says why`() throws {
        #expect(try run("sh", "-c", "echo part; exit 3") == .failed("its exit status is 3"))
        #expect(try run("sh", "-c", "echo no such host >&2; exit 6") == .failed("its exit status is 6: no such host"))
        #expect(try run("sh", "-c", "kill -TERM $$") == .failed("it was ended by signal 15"))
        // Much more than a pipe holds, and than is kept.
        let flood = "echo no such host >&2; head -c 1000000 /dev/zero >&2; exit 6"
        #expect(try run("sh", "-c", flood) == .failed("its exit status is 6: no such host"))
    }

    @Test func `a command that cannot be run says why, and what to do`() throws {
        let directory = try TemporaryDirectory()
        func refusal(_ name: String, _ text: String? = nil) throws -> String {
            if let text {
                // By another program: one that this one has open for writing could not be run.
                _ = try run("sh", "-c", "printf '%s\\n' '\(text)' > \(name) && chmod +x \(name)")
            }
            return try #require(throws: StartError.self) { try start(name) }.description
        }
        for name in ["/nonexistent/command", "no-such-command-anywhere", directory.path] {
            #expect(try refusal(name) == "\(name) is not there, or may not be run")
        }
        let script = directory.path("script")
        #expect(
            try refusal(script, "echo no first line")
                == "\(script) is no program: begin a script with a line such as #!/bin/sh")
        #expect(
            try refusal(directory.path("other"), "#!/nonexistent/sh").hasSuffix(
                "other cannot be started: what its line #! names is not there"))
    }

    @Test func `it may have as many files open as it is given`() throws {
        var child = try ChildCommand(
            ["sh", "-c", "ulimit -Sn"], environment: ["PATH=/bin"], maximumBytes: 1000,
            deadline: .now + Milliseconds(10_000), openFiles: 321)
        #expect(waitForEnd(of: &child))
        #expect(child.finish() == .exited(Array("321\n".utf8)))
    }

    @Test func `a command prints as much as it may, and not a byte more`() throws {
        #expect(
            try run("printf", "%s", String(repeating: "x", count: 1000)) == .exited(Array(repeating: 0x78, count: 1000))
        )
        #expect(
            try run("printf", "%s", String(repeating: "x", count: 1001)) == .failed("it printed more than 1000 bytes"))
        var endless = try start("yes")
        var isWithinBounds = true
        let deadline = ContinuousClock.now + .seconds(10)
        while isWithinBounds, ContinuousClock.now < deadline { isWithinBounds = endless.read() }
        #expect(!isWithinBounds)
        #expect(endless.tooMuch == "it printed more than 1000 bytes")
        endless.kill(.now)
        #expect(endless.waitForEnd())
        #expect(endless.reap() == SIGKILL)
    }

    @Test func `it has the environment that it is given, no input, and no descriptor of ours`() throws {
        #expect(try run("env", environment: ["PATH=/bin", "A=1"]) == .exited(Array("PATH=/bin\nA=1\n".utf8)))
        #expect(try run("cat") == .exited([]))
        // The one that ls itself has open is the fourth.
        let mine = open("/dev/null", O_RDONLY)
        defer { close(mine) }
        #expect(try run("ls", "/proc/self/fd") == .exited(Array("0\n1\n2\n3\n".utf8)))
    }

    @Test func `what it has started ends with it`() throws {
        let directory = try TemporaryDirectory()
        var child = try start("sh", "-c", "sleep 1000 & echo $! > \(directory.path("pid")); wait")
        let pid = { Int32((try? String(contentsOfFile: directory.path("pid"), encoding: .utf8))?.dropLast() ?? "") }
        let deadline = ContinuousClock.now + .seconds(10)
        while pid() == nil, ContinuousClock.now < deadline { poll(nil, 0, 2) }
        let grandchild = try #require(pid())
        #expect(kill(grandchild, 0) == 0)
        child.kill(.now)
        #expect(child.waitForEnd())
        #expect(child.reap() == SIGKILL)
        // Whoever adopts it has still to wait for it.
        func isGone() -> Bool {
            let stat = (try? String(contentsOfFile: "/proc/\(grandchild)/stat", encoding: .utf8)) ?? ") Z"
            return stat.split(separator: ")").last?.hasPrefix(" Z") == true
        }
        while !isGone(), ContinuousClock.now < deadline { poll(nil, 0, 2) }
        #expect(isGone())
    }
}
