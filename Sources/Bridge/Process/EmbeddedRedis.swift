import CLinux
import Glibc
import Logging
import Reactor
import Redis

/// The private redis-server in the data directory: started, supervised, and stopped with the bridge.
///
/// It writes an append-only file that is synced every second, so at most the last second is lost with the machine. It
/// is a child of the main thread and gets SIGTERM when that ends, so it does not outlive a killed bridge.
final class EmbeddedRedis {
    private let directory: String
    private let port: Int
    private let executable: String
    private let logger: Logger
    private var pid: pid_t = 0
    private var backOff = BackOff(initial: .milliseconds(100), maximum: .seconds(10))
    private var started = MonotonicTime.now
    /// When a server that ended is started again.
    private(set) var restart: MonotonicTime?
    let endpoint: RedisEndpoint

    init(_ settings: Configuration, _ logger: Logger) throws(StartError) {
        directory = settings.dataDirectory
        port = settings.redis.port
        self.logger = logger
        guard let executable = Executable.find("redis-server") else {
            throw StartError(
                "redis-server is not installed: install it (apt-get install redis-server), or set redis.url to a "
                    + "Redis of yours")
        }
        self.executable = executable
        do {
            if port != 0 { try EmbeddedRedis.makePassword(settings.embeddedRedisPasswordFile) }
            endpoint = try settings.redisEndpoint
        } catch {
            throw StartError("\(error)")
        }
    }

    /// Starts the server, and waits until it answers, for at most some seconds: the bridge can do without it meanwhile.
    func start() throws(StartError) {
        try endPredecessor()
        try spawn()
        _ = waitUntil(seconds: 3) { self.answers() }
    }

    private func spawn() throws(StartError) {
        let log = open("\(directory)/redis.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw StartError("\(directory)/redis.log cannot be written", code: errno) }
        defer { close(log) }
        // The server holds this lock to its very end: a predecessor would take the new server's socket with it.
        guard waitUntil(seconds: 5, { flock(log, LOCK_EX | LOCK_NB) == 0 }) else {
            throw StartError("the redis-server that writes \(directory)/redis.log does not end; stop it")
        }
        if lseek(log, 0, SEEK_END) > 10_000_000 { ftruncate(log, 0) }
        var arguments = [
            executable, "--dir", directory, "--unixsocket", "redis.sock", "--unixsocketperm", "600",
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--port", String(port),
            "--bind", "127.0.0.1", "--daemonize", "no", "--maxmemory-policy", "noeviction",
        ]
        if port != 0 {
            let file = try writePasswordFile()
            arguments.insert(file, at: 1)
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), strdup("LC_ALL=C"), nil]
        defer { for pointer in pointers + environment { free(pointer) } }
        pid = clinux_spawn(executable, &pointers, &environment, log, log, OpenFileLimit.inherited)
        guard pid > 0 else { throw StartError("redis-server cannot be started", code: errno) }
        started = .now
        restart = nil
    }

    // MARK: - Supervising

    /// Notes a server that has ended, and when it is to be started again.
    func reap() {
        var status: Int32 = 0
        guard pid > 0, waitpid(pid, &status, WNOHANG) == pid else { return }
        pid = 0
        if MonotonicTime.now.seconds(since: started) > 60 { backOff.reset() }
        let delay = Milliseconds(backOff.next() + .milliseconds(50))
        restart = .now + delay
        logger.error(
            "the embedded redis-server ended; starting it again",
            [
                ("status", .int(Int(status))), ("after_ms", .int(Int(delay.count))),
                ("log", .string("\(directory)/redis.log")),
            ])
    }

    /// Starts a server again that ended, if its time has come.
    func restartIfDue(_ now: MonotonicTime) {
        guard let restart, restart <= now else { return }
        do {
            try spawn()
        } catch {
            self.restart = now + Milliseconds(backOff.next() + .milliseconds(100))
            logger.error("\(error)")
        }
    }

    /// Stops the server: it writes what it has and ends.
    ///
    /// One that does not is killed at the deadline.
    func stop(until deadline: MonotonicTime) {
        guard pid > 0 else { return }
        kill(pid, SIGTERM)
        let seconds = max(0.5, deadline.seconds(since: .now))
        if !waitUntil(seconds: seconds, { waitpid(self.pid, nil, WNOHANG) == self.pid }) {
            logger.warning("the embedded redis-server does not end; killing it")
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        pid = 0
    }

    /// Ends the server of a bridge that was killed, if it is still about to end.
    private func endPredecessor() throws(StartError) {
        guard let connection = try? RedisConnection(endpoint, connectTimeout: .seconds(1), commandTimeout: .seconds(2))
        else { return }
        connection.append("SHUTDOWN")
        _ = try? connection.readReply()
        guard waitUntil(seconds: 5, { !self.answers() }) else {
            throw StartError("\(directory)/redis.sock is served by a redis-server that does not end; stop it")
        }
    }

    private func answers() -> Bool {
        guard let connection = try? RedisConnection(endpoint, connectTimeout: .seconds(1), commandTimeout: .seconds(1))
        else { return false }
        return (try? connection.command("PING")) != nil
    }

    private func waitUntil(seconds: Double, _ condition: () -> Bool) -> Bool {
        let deadline = MonotonicTime.now + Milliseconds(Int64(seconds * 1000))
        while !condition() {
            guard MonotonicTime.now < deadline else { return false }
            poll(nil, 0, 5)
        }
        return true
    }

    // MARK: - Password

    /// The password of a server that listens on TCP: made once, readable by its owner only.
    private static func makePassword(_ file: String) throws(StartError) {
        guard access(file, F_OK) != 0 else { return }
        let digits = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var random = SystemRandomNumberGenerator()
        try write((0..<32).map { _ in digits[Int.random(in: 0..<36, using: &random)] } + [10], to: file)
    }

    /// A configuration file with the password, which must not stand on a command line.
    private func writePasswordFile() throws(StartError) -> String {
        let file = "\(directory)/redis.conf"
        try EmbeddedRedis.write(Array("requirepass \(endpoint.password ?? "")\n".utf8), to: file)
        return file
    }

    private static func write(_ bytes: [UInt8], to file: String) throws(StartError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StartError("\(file) cannot be written", code: errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw StartError("\(file) cannot be written", code: errno)
        }
    }
}
