import Foundation

/// nginx in front of a bridge, with the configuration that `docs/nginx.conf` gives.
final class NginxProxy {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx")

    let port: Int
    private let directory: TemporaryDirectory
    private let nginx: ChildProcess

    /// Starts it and waits until it listens.
    ///
    /// - Parameters:
    ///   - upstream: Where the bridge is, as nginx writes it.
    ///   - replacements: What stands in the configuration, and what is to stand there.
    /// - Throws: Where it does not start.
    init(upstream: String, _ replacements: [(String, String)] = []) throws {
        directory = try TemporaryDirectory()
        port = try LoopbackSocket.unusedPort()
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/nginx.conf")
        var server = try String(contentsOf: file, encoding: .utf8)
        for (old, new) in [("127.0.0.1:8080", upstream), ("listen 80;", "listen 127.0.0.1:\(port);")] + replacements {
            guard server.contains(old) else { throw HarnessError("docs/nginx.conf has no \(old)") }
            server = server.replacing(old, with: new)
        }
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
                \(server)
            }
            """, to: "nginx.conf")
        nginx = try ChildProcess(
            ["/usr/sbin/nginx", "-c", directory.path("nginx.conf"), "-p", directory.path("")],
            errors: directory.path("nginx-errors"))
        let port = port
        try eventually("nginx") { (try? LoopbackSocket(port: port)) != nil }
    }
}
