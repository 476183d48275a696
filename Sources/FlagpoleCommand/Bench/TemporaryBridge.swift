import Bridge
import CLinux
import Glibc
import JSON

/// A bridge of a command's own, with the default settings, in a directory that is removed with the value.
///
/// It gets SIGTERM when the command ends, whatever way.
final class TemporaryBridge {
    let configuration: Configuration
    private(set) var address = ServerAddress(.tcp(host: "127.0.0.1", port: "0"))
    private let directory: String
    private let pid: pid_t

    /// Starts a bridge, and waits until it listens.
    init() throws(CommandError) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/flagpole-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.failure("\(base) cannot be written") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let file = "\(directory)/config.json"
        do {
            let settings: JSONObject = [
                "server": .object(["port": .number("0")]), "data_dir": .string("\(directory)/data"),
                "log": .object(["level": .string("warning")]),
            ]
            try Self.write(JSONValue.object(settings).encoded(), to: file)
            configuration = try Configuration.load(path: file, environmentFile: nil, environment: [:])
        } catch {
            throw .failure("\(error)")
        }
        var output: [Int32] = [-1, -1]
        guard clinux_pipe(&output) == 0 else { throw Self.failure("a pipe") }
        let words: [String] = ["flagpole", "serve", "--config", file]
        var arguments = words.map { strdup($0) } + [nil]
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=\(path)"), nil]
        pid = clinux_spawn(
            "/proc/self/exe", &arguments, &environment, output[1], STDERR_FILENO, OpenFileLimit.inherited)
        for pointer in arguments + environment { free(pointer) }
        close(output[1])
        defer { close(output[0]) }
        guard pid > 0, let port = Self.port(saidOn: output[0]) else { throw .failure("the bridge has not started") }
        address = ServerAddress(.tcp(host: "127.0.0.1", port: port))
    }

    deinit {
        if pid > 0 {
            kill(pid, SIGTERM)
            waitpid(pid, nil, 0)
        }
        let words: [String] = ["rm", "-rf", directory]
        var arguments = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        let remover = clinux_spawn(
            "/bin/rm", &arguments, &environment, STDERR_FILENO, STDERR_FILENO, OpenFileLimit.inherited)
        for pointer in arguments { free(pointer) }
        if remover > 0 { waitpid(remover, nil, 0) }
    }

    /// The port in the first line of the banner, which ends in the address; ten seconds are enough for a start.
    private static func port(saidOn descriptor: Int32) -> String? {
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1024)
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !said.contains(0x0A) {
            guard poll(&waiting, 1, 10_000) == 1 else { return nil }
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return nil }
            said += buffer[..<count]
        }
        let line = String(decoding: said.prefix { $0 != 0x0A }, as: UTF8.self)
        guard let port = line.split(separator: ":").last?.prefix(while: \.isNumber), !port.isEmpty else { return nil }
        return String(port)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(CommandError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw failure(path) }
    }

    private static func failure(_ what: String) -> CommandError {
        .failure("\(what): \(String(cString: strerror(errno)))")
    }
}
