import Foundation
import JSON
import Testing

/// What operators ask for: who watches, what was set aside, and the commands that say so.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct OperationTests {
    private static let kinds = ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]]

    private func bridge(threads: Int = 1) throws -> FlagpoleProcess {
        try FlagpoleProcess([
            "server": ["port": LoopbackSocket.unusedPort(), "threads": threads, "retry_ms": 50], "kinds": Self.kinds,
        ])
    }

    // MARK: - Over HTTP

    @Test(arguments: [1, 2])
    func `presence tells which feeds are watched by how many streams`(threads: Int) throws {
        let bridge = try bridge(threads: threads)
        #expect(try bridge.get("/v1/presence").text == #"{"feeds":{}}"#)
        // The kernel spreads connections over the loops.
        var streams = try (0..<8).map { _ in try bridge.liveStream("feed=user:1&feed=job:7") }
        streams.append(try bridge.liveStream("feed=user:2"))
        for _ in 1...4 {
            #expect(try bridge.get("/v1/presence").text == #"{"feeds":{"job:7":8,"user:1":8,"user:2":1}}"#)
        }
        #expect(try bridge.get("/v1/presence?kind=user").text == #"{"feeds":{"user:1":8,"user:2":1}}"#)
        let unknown = try bridge.get("/v1/presence?kind=order")
        #expect(unknown.status == 404 && unknown.json["detail"]?.asString?.contains("user") == true)
        streams.removeLast()
        try eventually("the end of a stream") {
            try bridge.get("/v1/presence").text == #"{"feeds":{"job:7":8,"user:1":8}}"#
        }
    }

    @Test func `what was set aside is shown with its reason, the newest first`() throws {
        let bridge = try bridge()
        #expect(try bridge.get("/v1/quarantine").text == #"{"count":0,"items":[]}"#)
        let entries = ["no json", String(repeating: "ü", count: 300), "[1]"]
        try withExtendedLifetime(bridge.liveStream("feed=user:42")) {
            for entry in entries { try bridge.redis().push(entry, to: "user:42") }
            try eventually("three entries") { try bridge.get("/v1/quarantine").json["count"]?.asInt == 3 }
        }

        let page = try bridge.get("/v1/quarantine?limit=2").json
        let items = page["items"]?.asArray ?? []
        #expect(page["count"]?.asInt == 3 && items.map { $0["seq"]?.asInt } == [3, 2])
        #expect(items[0]["entry"]?.asString == "[1]" && items[0]["reason"]?.asString == "not-an-object")
        #expect(items[0]["feed"]?.asString == "user:42" && items[0]["size"]?.asInt == 3)
        #expect(items[0]["explanation"]?.asString?.contains("wrap it") == true)
        #expect(items[1]["entry"]?.asString == String(repeating: "ü", count: 128) && items[1]["size"]?.asInt == 600)
        #expect(try bridge.get("/v1/quarantine?limit=0").status == 400)
    }

    @Test func `whoever writes is told the keys with their prefix, and how to reach Redis without its password`() throws
    {
        let feed: [String: Any] = ["source": "list", "list": "feed/{id}", "ttl_seconds": 60]
        let bridge = try FlagpoleProcess([
            "redis": ["prefix": "app:", "port": LoopbackSocket.unusedPort()], "kinds": ["feed": feed],
        ])
        let data = bridge.directory.path("data")
        let command = #"redis-cli -s \#(data)/redis.sock --no-auth-warning -a \"$(cat \#(data)/redis.password)\""#
        #expect(
            try bridge.get("/v1/kinds").text == #"""
                {"kinds":{"user":{"source":"flag+list","list":"app:notifications:user:{id}",\#
                "flag":"app:user:{id}:has_new_notification","inbox":true,"ttl_seconds":604800},\#
                "feed":{"source":"list","list":"app:feed/{id}","inbox":false,"ttl_seconds":60}},\#
                "redis":{"command":"\#(command)","socket":"\#(data)/redis.sock","database":0,"password":true}}
                """#)

        let port = try LoopbackSocket.unusedPort()
        let away = try FlagpoleProcess(["redis": ["url": "redis://:a-secret@127.0.0.1:\(port)/3"]])
        let other = try away.get("/v1/kinds").json["redis"]
        #expect(other?["command"]?.asString == "redis-cli -h 127.0.0.1 -p \(port) -n 3")
        #expect(other?["host"]?.asString == "127.0.0.1" && other?["password"]?.asBool == true)
    }

    // MARK: - flagpole read

    @Test func `read marks by ids, through one and all, takes ids back, and tells open tabs`() throws {
        let bridge = try bridge()
        let stream = try bridge.liveStream("feed=user:42")
        try bridge.redis().push((1...5).map { #"{"id":"n\#($0)"}"# }, to: "user:42")
        _ = try stream.notifications(5)
        let steps: [(arguments: [String], output: String, event: String, unread: Int)] = [
            (["n2", "n4", "nothing"], "3 unread in user:42\n", "read", 3),
            (["--through", "n3"], "1 unread in user:42\n", "read", 1),
            (["n1", "--undo"], "2 unread in user:42\n", "unread", 2),
            (["--all", "--json"], "{\"unread\":0}\n", "read", 0),
        ]
        for (arguments, output, name, unread) in steps {
            let result = try bridge.run(["read", "user:42"] + arguments)
            #expect(result.status == 0 && result.output == output, "\(result.errors)")
            let event = try stream.event(within: .seconds(1))
            #expect(event.event == name && event.data.json["unread"]?.asInt == unread)
        }
    }

    @Test func `read says what is wrong with it`() throws {
        let bridge = try bridge()
        let cases: [(arguments: [String], status: Int32, says: String)] = [
            (["user:42"], 64, "--all"), (["user:42", "a", "--all"], 64, "one of"), (["user"], 64, "KIND:ID"),
            (["user:42", "--all", "--undo"], 64, "--undo"), (["job:7", "--all"], 1, "inbox"),
            (["order:7", "--all"], 1, "404"),
        ]
        for (arguments, status, says) in cases {
            let result = try bridge.run(["read"] + arguments)
            #expect(result.status == status && result.errors.contains(says), "\(arguments): \(result.errors)")
        }
        try bridge.stop()
        #expect(try bridge.run("read", "user:42", "--all").errors.contains("cannot be reached"))
    }

    // MARK: - flagpole feeds

    @Test func `feeds shows what is stored, unread and watched, the newest news first`() throws {
        let bridge = try bridge()
        #expect(try bridge.run("feeds").errors.contains("no feed"))
        let streams = try (0..<2).map { _ in try bridge.liveStream("feed=user:42&feed=job:7&feed=user:empty") }
        try bridge.redis().push((1...3).map { #"{"id":"n\#($0)"}"# }, to: "user:42")
        _ = try streams[0].notifications(3)
        #expect(try bridge.run("read", "user:42", "n1").status == 0)
        #expect(try bridge.run("push", "job:7", input: "{\"id\":\"j1\"}\n{\"id\":\"j2\"}\n").status == 0)
        _ = try streams[0].notifications(2)

        let table = try bridge.run("feeds").output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(
            table.map { $0.prefix(4) } == [
                ["FEED", "STORED", "UNREAD", "STREAMS"], ["job:7", "2", "-", "2"], ["user:42", "3", "2", "2"],
                ["user:empty", "0", "0", "2"],
            ])
        #expect(table[1].last?.hasSuffix("Z") == true && table[3].last == "-")
        let lines = try bridge.run("feeds", "user", "--limit", "1", "--json").output.split(separator: "\n")
        #expect(lines.count == 1)
        let feed = String(lines[0]).json
        #expect(feed["feed"]?.asString == "user:42" && feed["stored"]?.asInt == 3 && feed["unread"]?.asInt == 2)
        #expect(feed["streams"]?.asInt == 2 && feed["last_news"]?.asString?.hasSuffix("Z") == true)
        #expect(try bridge.run("feeds", "order").errors.contains("known are"))

        try bridge.stop()
        let offline = try bridge.run("feeds")
        #expect(offline.status == 0 && offline.errors.contains("not known"))
        #expect(offline.output.contains("user:42") && !offline.output.contains("user:empty"))
    }

    // MARK: - flagpole tail --all

    @Test func `tail --all follows the feeds there are, and those that come`() throws {
        let bridge = try bridge()
        try bridge.redis().push(#"{"id":"old"}"#, to: "user:1")
        _ = try bridge.stream("feed=user:1").notifications(1)
        let tail = try ChildProcess(
            [FlagpoleProcess.program, "tail", "--all", "--config", bridge.configuration, "--count", "4"],
            output: bridge.directory.path("tail"), errors: bridge.directory.path("tail-errors"))
        try eventually("the stream") { try bridge.get("/v1/presence").json["feeds"]?["user:1"] != nil }
        try eventually("its stream") { bridge.directory.text("tail-errors").contains("watching 1 feed") }
        try bridge.redis().push(#"{"id":"n1"}"#, to: "user:1")
        try bridge.redis().push(#"{"id":"n2"}"#, to: "user:2")
        #expect(try bridge.run("push", "job:7", "--json", #"{"id":"n3"}"#).status == 0)
        try eventually("three lines") { bridge.directory.text("tail").split(separator: "\n").count == 3 }
        bridge.kill()
        try bridge.start()
        try bridge.redis().push(#"{"id":"n4"}"#, to: "user:3")
        #expect(try tail.wait() == 0)
        let lines = bridge.directory.text("tail").split(separator: "\n").map { $0.split(separator: " ")[1...2] }
        #expect(Set(lines) == [["user:1", "n1"], ["user:2", "n2"], ["job:7", "n3"], ["user:3", "n4"]])
        #expect(try bridge.run("tail", "--all", "user:1").status == 64)
        // What is refused is said, rather than waited for.
        try bridge.stop()
        let closed = try FlagpoleProcess(
            ["server": ["port": LoopbackSocket.unusedPort()], "auth": ["mode": "token"]])
        try closed.redis().push(#"{"id":"n1"}"#, to: "user:1")
        let refused = try closed.run("tail", "--all")
        #expect(refused.status == 1 && refused.errors.contains("FLAGPOLE_ADMIN_KEY"), "\(refused.errors)")
        #expect(try bridge.run("tail", "--all", "--since", "now").status == 64)
        #expect(try bridge.run("tail").status == 64)
    }
}
