import Foundation
import HTTP
import Testing

/// The server on a Unix socket, for a reverse proxy on the same machine.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct UnixSocketTests {
    private let place: TemporaryDirectory
    private var path: String { place.path("flagpole.sock") }

    init() throws {
        place = try TemporaryDirectory()
    }

    private func start(_ server: [String: Any] = [:], auth: [String: Any] = [:]) throws -> FlagpoleProcess {
        try FlagpoleProcess(
            ["server": ["host": "unix://\(path)"].merging(server) { $1 }, "auth": auth],
            environment: ["FLAGPOLE_ADMIN_KEY": "admin-key-0123456789"])
    }

    @Test func `commands find the bridge at its socket`() throws {
        let bridge = try start(["threads": 2])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o660)
        for number in 0..<8 { #expect(try bridge.run("push", "user:42", "--title", "\(number)").status == 0) }
        let tail = try bridge.run("tail", "user:42", "--json", "--count", "8")
        #expect(tail.status == 0 && tail.output.split(separator: "\n").count == 8, "\(tail.errors)")
        #expect(try bridge.run("read", "user:42", "--all").status == 0)
        #expect(try bridge.run("read", "user:42", "--all", "--url", "unix://\(path)").status == 0)
        #expect(try bridge.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        let away = try bridge.run("read", "user:42", "--all")
        #expect(away.status == 1 && away.errors.contains("unix://\(path) cannot be reached"))
    }

    @Test func `what a bridge left behind is replaced, what is in use or no socket is not`() throws {
        let bridge = try start()
        let second = try FlagpoleProcess(["server": ["host": "unix://\(path)"]], starts: false)
        #expect(try second.startInVain() == 1)
        #expect(second.log.contains("\(path) is in use"))
        bridge.kill()
        #expect(FileManager.default.fileExists(atPath: path))
        try bridge.start()
        #expect(try bridge.stop() == 0)

        try place.write("precious", to: "flagpole.sock")
        #expect(try bridge.startInVain() == 1)
        #expect(bridge.log.contains("\(path) is there and is no socket"))
        #expect(place.text("flagpole.sock") == "precious")
    }

    @Test(.enabled(if: Nginx.isInstalled, "nginx is not installed"))
    func `nginx in front of the socket says who reads, and from where`() throws {
        let bridge = try start(["max_streams_per_address": 1, "ping_ms": 300], auth: ["mode": "proxy"])
        let nginx = try Nginx(upstream: "unix:\(path)", [("$remote_user", "$http_x_signed_in")])
        let signedIn = [("Host", "push.example"), ("X-Signed-In", "42")]
        let stream = try bridge.stream("feed=user:42", headers: signedIn, port: nginx.port)
        try stream.untilLive()
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        // nginx sees all come from one address, and says so.
        let second = try bridge.stream("feed=user:42", headers: signedIn, port: nginx.port)
        #expect(try second.next() == nil)
        #expect(second.head?.status == 200 && second.text.contains("too many streams from an address"))
        let refused = try bridge.stream("feed=user:42", headers: [("Host", "push.example")], port: nginx.port)
        #expect(try refused.next() == nil)
        #expect(refused.head?.status == 401)
    }

    @Test(.enabled(if: Nginx.isInstalled, "nginx is not installed"))
    func `what nginx has taken from the socket counts as delivered`() throws {
        let bridge = try FlagpoleProcess([
            "server": ["host": "unix://\(path)", "hosts": ["push.example"]],
            "kinds": ["user": ["mark_read": "on_delivery"]],
        ])
        let nginx = try Nginx(upstream: "unix:\(path)")
        let stream = try bridge.stream("feed=user:42", headers: [("Host", "push.example")], port: nginx.port)
        try stream.untilLive()
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        #expect(try stream.event().event == "read")
    }
}
