import Foundation

/// An nginx of a test's own.
final class Nginx {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx")

    let port: Int
    private let directory: TemporaryDirectory
    private var process: ChildProcess
    /// What it has logged of requests.
    var accessLog: String { directory.text("access.log") }

    /// Starts it with this in its http block, and waits until it listens.
    private init(port: Int, http: String) throws {
        self.port = port
        directory = try TemporaryDirectory()
        try directory.write(
            """
            daemon off;
            master_process off;
            pid \(directory.path("nginx.pid"));
            error_log \(directory.path("error.log"));
            events {}
            http {
                access_log off;
                client_body_temp_path \(directory.path("body"));
                proxy_temp_path \(directory.path("proxy"));
                fastcgi_temp_path \(directory.path("fastcgi"));
                uwsgi_temp_path \(directory.path("uwsgi"));
                scgi_temp_path \(directory.path("scgi"));
                \(http)
            }
            """, to: "nginx.conf")
        process = try Self.start(in: directory, port)
    }

    private static func start(in directory: TemporaryDirectory, _ port: Int) throws -> ChildProcess {
        let process = try ChildProcess(
            ["/usr/sbin/nginx", "-c", directory.path("nginx.conf"), "-p", directory.path("")],
            errors: directory.path("nginx-errors"))
        try eventually("nginx") { (try? LoopbackSocket(port: port)) != nil }
        return process
    }

    /// Cuts all connections at once, and refuses new ones.
    func kill() { process.kill() }

    /// Starts it again where it was.
    func start() throws { process = try Self.start(in: directory, port) }

    /// In front of a bridge, with the configuration that `docs/nginx.conf` gives.
    ///
    /// - Parameters:
    ///   - upstream: Where the bridge is, as nginx writes it.
    ///   - replacements: What stands in the configuration, and what is to stand there.
    /// - Throws: Where it does not start.
    convenience init(upstream: String, _ replacements: [(String, String)] = []) throws {
        let port = try LoopbackSocket.unusedPort()
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/nginx.conf")
        var server = try String(contentsOf: file, encoding: .utf8)
        let places = [
            ("127.0.0.1:8080", upstream), ("listen 80;", "listen 127.0.0.1:\(port);"),
            ("/var/log/nginx/access.log", "access.log"),
        ]
        for (old, new) in places + replacements {
            guard server.contains(old) else { throw HarnessError("docs/nginx.conf has no \(old)") }
            server = server.replacing(old, with: new)
        }
        try self.init(port: port, http: server)
    }

    /// A web server that serves the files of a directory and nothing else.
    convenience init(files: String, port: Int) throws {
        try self.init(
            port: port, http: "types { text/html html; } server { listen 127.0.0.1:\(port); root \(files); }")
    }
}
