import Foundation
import Redis

/// A redis-server of one test's own, on a Unix socket in a directory of its own; killed and removed with the value.
final class RedisServer {
    let endpoint: RedisEndpoint
    private let directory = TemporaryDirectory()
    private let process: pid_t
    private var isRunning = true

    init(_ options: String...) throws {
        _ = ignoringBrokenPipes
        let path = directory.path("redis.sock")
        endpoint = RedisEndpoint(.unix(path: path))
        process = try spawn(
            ["redis-server", "--port", "0", "--unixsocket", path, "--dir", directory.path]
                + ["--save", "", "--appendonly", "no", "--logfile", directory.path("log")] + options
        )
        // The server is there once it accepts; whether it wants a password is the test's affair.
        try wait { (try? RedisConnection(endpoint, connectTimeout: .seconds(1), commandTimeout: .seconds(1))) != nil }
    }

    deinit { kill() }

    func connect(commandTimeout: Duration = .seconds(20)) throws(RedisError) -> RedisConnection {
        try RedisConnection(endpoint, connectTimeout: .seconds(5), commandTimeout: commandTimeout)
    }

    func kill() {
        guard isRunning else { return }
        isRunning = false
        Foundation.kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }
}

/// A directory that is removed with the value.
final class TemporaryDirectory {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "redis-tests-\(UUID())").path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { "\(path)/\(name)" }
}

struct HarnessError: Error {
    let reason: String
}

/// As in the program: hiredis writes to sockets that may be closed.
let ignoringBrokenPipes: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return true
}()

/// Starts a program found on the path, its output thrown away.
func spawn(_ arguments: [String]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var process: pid_t = 0
    let pointers = arguments.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    let result = posix_spawnp(&process, arguments[0], &actions, nil, pointers, environ)
    guard result == 0 else { throw HarnessError(reason: "\(arguments[0]): \(String(cString: strerror(result)))") }
    return process
}

/// Asks every two milliseconds until `condition` holds, for ten seconds at most.
func wait(until condition: () -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < deadline else { throw HarnessError(reason: "it did not come true in ten seconds") }
        poll(nil, 0, 2)
    }
}
