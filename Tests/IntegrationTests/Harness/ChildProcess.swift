import Foundation

/// A program that a test started, ended with the value.
final class ChildProcess {
    let pid: pid_t
    /// How it ended: the exit status, or 128 and the signal's number; nil while it runs.
    private(set) var status: Int32?

    /// Starts a program found on the path.
    ///
    /// - Parameters:
    ///   - arguments: The program and its arguments.
    ///   - environment: Variables beside the path and the sanitizers' options.
    ///   - input: The file that is its standard input.
    ///   - output: The file that takes its standard output.
    ///   - errors: The file that takes its standard error.
    /// - Throws: Where it cannot be started.
    init(
        _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null",
        output: String = "/dev/null", errors: String = "/dev/null"
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // What other tests have open at this moment is not the child's.
        for descriptor in 3..<4096 as Range<Int32> { posix_spawn_file_actions_addclose(&actions, descriptor) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Nor are the signals that threads of the test process block or ignore.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // The program may have been built with a sanitizer.
        let inherited = ProcessInfo.processInfo.environment.filter { name, _ in
            ["PATH", "TSAN_OPTIONS", "ASAN_OPTIONS"].contains(name)
        }
        let variables = environment.merging(inherited) { given, _ in given }.map { "\($0)=\($1)" }
        let argumentPointers = arguments.map { strdup($0) } + [nil]
        let variablePointers = variables.map { strdup($0) } + [nil]
        defer { (argumentPointers + variablePointers).forEach { free($0) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, argumentPointers, variablePointers)
        guard result == 0 else { throw HarnessError("\(arguments[0]): \(String(cString: strerror(result)))") }
        self.pid = pid
    }

    deinit { kill() }

    var isRunning: Bool {
        guard status == nil else { return false }
        var code: Int32 = 0
        guard waitpid(pid, &code, WNOHANG) == pid else { return true }
        note(code)
        return false
    }

    func signal(_ number: Int32) {
        if isRunning { Foundation.kill(pid, number) }
    }

    /// Ends it at once, as a power cut would.
    func kill() {
        guard isRunning else { return }
        Foundation.kill(pid, SIGKILL)
        var code: Int32 = 0
        waitpid(pid, &code, 0)
        note(code)
    }

    /// Waits for its end and returns its status.
    func wait(within time: Duration = patience) throws -> Int32 {
        try eventually("the end of process \(pid)", within: time) { !isRunning }
        return status ?? -1
    }

    private func note(_ code: Int32) {
        let signal = code & 0x7F
        status = signal == 0 ? (code >> 8) & 0xFF : 128 + signal
    }

    /// Whether a process is there that is not just waiting to be reaped.
    static func exists(_ pid: pid_t) -> Bool {
        let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map { String(decoding: $0, as: UTF8.self) }
        guard let state = stat?.split(separator: ")").last?.drop(while: { $0 == " " }).first else { return false }
        return state != "Z" && state != "X"
    }
}
