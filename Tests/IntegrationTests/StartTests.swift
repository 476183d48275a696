import Foundation
import SQLite
import Testing

/// What keeps a bridge from starting, and what it says then.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StartTests {
    /// Expects a start to fail with 1 and one line that has all of `words`.
    private func expectRefusal(
        of bridge: FlagpoleProcess, saying words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try bridge.startInVain() == 1, sourceLocation: sourceLocation)
        let lines = bridge.log.split(separator: "\n")
        #expect(lines.count == 1, "\(bridge.log)", sourceLocation: sourceLocation)
        for word in words { #expect(bridge.log.contains(word), "\(bridge.log)", sourceLocation: sourceLocation) }
    }

    @Test func `a port in use`() throws {
        let port = try LoopbackSocket.unusedPort()
        let occupation = try LoopbackSocket.Occupation(of: port)
        let bridge = try FlagpoleProcess(["server": ["port": port]], starts: false)
        try expectRefusal(of: bridge, saying: "127.0.0.1:\(port)", "server.port")
        withExtendedLifetime(occupation) {}
    }

    @Test func `a data directory that cannot be made`() throws {
        let elsewhere = try TemporaryDirectory()
        let bridge = try FlagpoleProcess(["database": ["path": elsewhere.path("flagpole.sqlite3")]], starts: false)
        try bridge.directory.write("a file", to: "data")
        try expectRefusal(of: bridge, saying: "data_dir", bridge.directory.path("data"))
    }

    @Test func `a database that cannot be opened`() throws {
        let bridge = try FlagpoleProcess(["database": ["path": "/dev/null/flagpole.sqlite3"]], starts: false)
        try expectRefusal(of: bridge, saying: "database.path", "/dev/null/flagpole.sqlite3")
    }

    @Test func `a database that is none`() throws {
        let bridge = try FlagpoleProcess()
        #expect(try bridge.stop() == 0)
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: bridge.directory.path("data/flagpole.sqlite3\(suffix)"))
        }
        try bridge.directory.write(String(repeating: "no database ", count: 1000), to: "data/flagpole.sqlite3")
        try bridge.directory.write("", to: "log")
        try expectRefusal(of: bridge, saying: "database.path", "flagpole.sqlite3", "is damaged", "restore a copy")
        #expect(!bridge.log.contains("PRAGMA"))
        try FileManager.default.removeItem(atPath: bridge.directory.path("data/flagpole.sqlite3"))
        try bridge.start()
    }

    @Test func `a database of a newer version, which is left as it is`() throws {
        let bridge = try FlagpoleProcess()
        #expect(try bridge.stop() == 0)
        try bridge.database(.readWrite).execute("INSERT INTO schema_migrations VALUES (999, 'from the future', 0)")
        try bridge.directory.write("", to: "log")
        try expectRefusal(of: bridge, saying: "999", "newer")
        #expect(try bridge.database().scalarInt("SELECT count(*) FROM notifications") == 0)
    }

    @Test func `a second bridge on the same data directory`() throws {
        let first = try FlagpoleProcess()
        let second = try ChildProcess(
            [FlagpoleProcess.program, "serve", "--config", first.configuration],
            errors: first.directory.path("second"))
        #expect(try second.wait() == 1)
        let message = first.directory.text("second")
        #expect(message.split(separator: "\n").count == 1)
        #expect(message.contains("pid \(first.pid)") && message.contains("data_dir"))
        #expect(try first.get("/healthz").status == 200)
        try first.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try first.stream("feed=user:42").ids(1) == ["a"])
    }

    @Test func `a second bridge on the same Redis starts, says so, and loses nothing`() throws {
        let server = try RedisServer()
        let bridges = try [FlagpoleProcess(redis: server), FlagpoleProcess(redis: server)]
        try eventually("the first lease") { try bridges[0].get("/readyz").status == 200 }
        try eventually("the reason") { try bridges[1].get("/readyz").json["reasons"]?["lease"] != nil }
        #expect(try bridges[1].get("/readyz").status == 503)

        let streams = try bridges.map { try $0.liveStream("feed=user:42") }
        let redis = try server.connect()
        for number in 1...20 {
            try redis.push(#"{"id":"n\#(number)"}"#, to: "user:42")
            #expect(try streams[1].ids(1) == ["n\(number)"])
        }
        #expect(try bridges[0].stop() == 0)
        try eventually("the lease of the second") { try bridges[1].get("/readyz").status == 200 }
    }

    @Test func `a configuration that is wrong`() throws {
        let cases: [(FlagpoleProcess.Settings, [String])] = [
            (["server": ["prot": 1]], ["server.prot", "server.port"]),
            (["server": ["port": 65_536]], ["server.port", "65536"]),
            (["server": ["port": "80"]], ["server.port"]),
            (["pol": ["interval_ms": 1]], ["pol", "poll"]),
            (["server": ["host": "example.org"]], ["server.host", "example.org"]),
            (["redis": ["url": "http://127.0.0.1/"]], ["redis.url"]),
            (["kinds": ["Job": ["list": "a:{id}", "flag": "b:{id}"]]], ["Job"]),
            (["kinds": ["job": ["list": "a:{id}"]]], ["kinds.job", "flag"]),
            (["kinds": ["job": ["list": "{id}", "flag": "b:{id}"]]], ["kinds.job.list"]),
            (["kinds": ["job": ["list": "flagpole:{id}", "flag": "b:{id}"]]], ["kinds.job.list"]),
            (["kinds": ["job": ["list": "a:{id}", "flag": "a:{id}"]]], ["kinds.job", "a:{id}"]),
            (["kinds": ["job": ["list": "notifications:user:{id}", "flag": "b:{id}"]]], ["kinds.job.list", "user"]),
        ]
        for (settings, words) in cases {
            let bridge = try FlagpoleProcess(settings, starts: false)
            #expect(try bridge.startInVain() == 1, "\(settings)")
            #expect(bridge.log.split(separator: "\n").count == 1, "\(settings) \(bridge.log)")
            for word in words { #expect(bridge.log.contains(word), "\(settings) \(bridge.log)") }
        }
    }

    @Test func `a server that is open to all but on loopback only`() throws {
        let bridge = try FlagpoleProcess(["server": ["host": "0.0.0.0"]], starts: false)
        try expectRefusal(of: bridge, saying: "auth.mode")
    }

    @Test func `a name in the environment that means nothing`() throws {
        let bridge = try FlagpoleProcess(environment: ["FLAGPOLE_SERVER_PROT": "1"], starts: false)
        try expectRefusal(of: bridge, saying: "FLAGPOLE_SERVER_PROT", "FLAGPOLE_SERVER_PORT")
    }

    @Test func `the environment counts more than the file`() throws {
        let bridge = try FlagpoleProcess(
            ["server": ["ping_ms": 5000]],
            environment: ["FLAGPOLE_SERVER_PING_MS": "1234", "FLAGPOLE_SERVER_HOSTS": "a.example,b.example"])
        #expect(try bridge.stream("feed=user:1").event().data.json["ping_ms"]?.asInt == 1234)
        let answer = try bridge.client().request("GET", "/", headers: [("Host", "b.example")])
        #expect(answer.status == 200)
    }

    @Test func `what it writes is its owner's alone`() throws {
        let bridge = try FlagpoleProcess()
        for name in ["data", "data/flagpole.sqlite3", "data/redis.sock", "data/flagpole.lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: bridge.directory.path(name))
            let mode = (attributes[.posixPermissions] as? Int) ?? 0o777
            #expect(mode & 0o077 == 0, "\(name)")
        }
    }
}
