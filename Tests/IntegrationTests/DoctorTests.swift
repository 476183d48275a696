import Foundation
import JSON
import SQLite
import Testing

/// `flagpole doctor`.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct DoctorTests {
    /// What it finds about each subject, as `status text`, and its exit status.
    private func examine(
        _ bridge: FlagpoleProcess, environment: [String: String] = [:]
    ) throws -> (findings: [String: String], status: Int32) {
        let result = try bridge.run("doctor", "--json", environment: environment)
        var findings: [String: String] = [:]
        for check in result.output.json["checks"]?.asArray ?? [] {
            let words = ["status", "finding", "advice"].compactMap { check[$0]?.asString }
            findings[check["check"]?.asString ?? ""] = words.joined(separator: " ")
        }
        #expect(result.output.json["ok"]?.asBool == (result.status == 0))
        return (findings, result.status)
    }

    @Test func `before the first start and while a bridge runs all is well, and nothing is changed`() throws {
        let bridge = try FlagpoleProcess(
            ["server": ["port": LoopbackSocket.unusedPort()]], starts: false)
        let before = try examine(bridge)
        #expect(before.status == 0 && before.findings["server"]?.hasSuffix("is free for a bridge") == true)
        #expect(before.findings["redis"]?.hasSuffix("will be started by the bridge") == true)
        #expect(!FileManager.default.fileExists(atPath: bridge.directory.path("data")))

        try bridge.start()
        let running = try examine(bridge)
        #expect(running.status == 0, "\(running.findings)")
        #expect(running.findings["server"] == "ok a bridge answers at http://127.0.0.1:\(bridge.port)")
        #expect(running.findings["data"]?.hasSuffix("with pid \(bridge.pid)") == true)
        #expect(running.findings["lease"] == "ok this data directory's")
        #expect(running.findings["persistence"] == "ok append-only file")
        #expect(running.findings["integrity"]?.hasPrefix("ok ") == true)
        let text = try bridge.run("doctor").output.split(separator: "\n")
        #expect(text.count == running.findings.count && text.allSatisfy { $0.hasPrefix("ok    ") })
    }

    @Test func `what would lose something in Redis, or have two read from it, is a warning`() throws {
        let redis = try RedisServer()
        let bridge = try FlagpoleProcess(redis: redis, starts: false)
        let connection = try redis.connect()
        try connection.command("CONFIG", "SET", "appendonly", "no")
        try connection.command("CONFIG", "SET", "maxmemory", "100mb")
        try connection.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        try connection.command("SET", "flagpole:bridge", "elsewhere:1:2")
        let (findings, status) = try examine(bridge)
        #expect(status == 0)
        #expect(findings["eviction"]?.hasPrefix("warn allkeys-lru at 100 MiB") == true)
        #expect(findings["persistence"]?.hasPrefix("warn no append-only file") == true)
        #expect(findings["lease"]?.hasPrefix("warn another bridge reads from this Redis (elsewhere:1:2)") == true)
    }

    @Test func `what keeps a bridge from starting or working is a failure, and says what to do`() throws {
        let port = try LoopbackSocket.unusedPort()
        let admin = try LoopbackSocket.unusedPort()
        let occupations = try [port, admin].map { try LoopbackSocket.Occupation(of: $0) }
        let bridge = try FlagpoleProcess(
            [
                "server": ["port": port, "admin": "127.0.0.1:\(admin)"],
                "redis": ["url": "unix:///nonexistent/redis.sock"], "auth": ["mode": "token"],
            ], starts: false)
        try FileManager.default.createDirectory(
            atPath: bridge.directory.path("data"), withIntermediateDirectories: true)
        try bridge.directory.write("no database, but long enough to be looked at", to: "data/flagpole.sqlite3")
        let (findings, status) = try examine(bridge)
        #expect(status == 1)
        #expect(findings["server"]?.contains("\(port)") == true && findings["server"]?.hasPrefix("fail ") == true)
        #expect(findings["redis"]?.hasPrefix("fail ") == true)
        #expect(findings["database"]?.hasPrefix("fail ") == true)
        #expect(findings["access"]?.hasPrefix("warn auth.mode is \"token\"") == true)
        #expect(findings["admin"]?.hasPrefix("fail server.admin is 127.0.0.1:\(admin), which is in use") == true)
        withExtendedLifetime(occupations) {}

        try bridge.directory.write(#"{"server":{"prot":1}}"#, to: "config.json")
        let wrong = try examine(bridge)
        #expect(wrong.status == 1 && Array(wrong.findings.keys) == ["configuration"])
        #expect(wrong.findings["configuration"]?.contains("server.prot") == true)
    }

    @Test func `a port of the embedded Redis that another program has is a failure, and says what to do`() throws {
        let port = try LoopbackSocket.unusedPort()
        let bridge = try FlagpoleProcess(
            ["server": ["port": LoopbackSocket.unusedPort()], "redis": ["port": port]], starts: false)
        #expect(try examine(bridge).findings["redis"]?.hasSuffix("will be started by the bridge") == true)
        var occupation: LoopbackSocket.Occupation? = try .init(of: port)
        let (findings, status) = try examine(bridge)
        #expect(status == 1)
        #expect(
            findings["redis"]
                == "fail redis.port is \(port), which is in use stop what listens there, or set redis.port")
        #expect(occupation != nil)
        occupation = nil
        try bridge.start()
        #expect(try examine(bridge).status == 0)
    }

    @Test func `a bridge that is not ready tells why`() throws {
        let redis = try RedisServer()
        let admin = "127.0.0.1:\(try LoopbackSocket.unusedPort())"
        let bridge = try FlagpoleProcess(
            ["server": ["port": LoopbackSocket.unusedPort(), "admin": admin]], redis: redis)
        redis.kill()
        try eventually("not ready") { try bridge.get("/readyz").status == 503 }
        let (findings, status) = try examine(bridge)
        #expect(status == 1 && findings["ready"]?.hasPrefix("fail redis") == true, "\(findings)")
    }
}
