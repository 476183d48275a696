import Foundation

/// A web server of its own, nginx, that serves the files of a directory and nothing else.
final class StaticServer {
    let port: Int
    private let directory: TemporaryDirectory
    private let nginx: ChildProcess

    /// Starts it at a port, and waits until it listens.
    init(_ files: String, port: Int) throws {
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
                types { text/html html; }
                server { listen 127.0.0.1:\(port); root \(files); }
            }
            """, to: "nginx.conf")
        nginx = try ChildProcess(
            ["/usr/sbin/nginx", "-c", directory.path("nginx.conf"), "-p", directory.path("")],
            errors: directory.path("nginx-errors"))
        try eventually("nginx") { (try? LoopbackSocket(port: port)) != nil }
    }
}
