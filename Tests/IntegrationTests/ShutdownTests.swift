import Foundation
import Redis
import Testing

/// How a bridge ends.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ShutdownTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `it says goodbye, ends with 0 and leaves no redis-server`(signal: Int32) throws {
        let bridge = try FlagpoleProcess()
        let streams = try (0..<3).map { try bridge.liveStream("feed=user:\($0)") }
        let idle = try bridge.client()
        #expect(try idle.request("GET", "/healthz").status == 200)
        let redisProcess = try bridge.redis().processID()

        bridge.signal(signal)
        for stream in streams {
            let events = try stream.untilEnd()
            #expect(events.map(\.event) == ["goodbye"])
            #expect(events.first?.data == #"{"reason":"drain"}"#)
            #expect(stream.text.contains(/\n\nretry: \d+\nevent: goodbye\n/))
        }
        #expect(try idle.isClosed())
        #expect(try bridge.wait() == 0)
        #expect(!ChildProcess.exists(redisProcess))
    }

    @Test func `what was pushed before the end arrives before the goodbye or after the return`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let ids = (1...200).map { "n\($0)" }
        try bridge.redis().push(ids.map { #"{"id":"\#($0)"}"# }, to: "user:42")
        bridge.signal(SIGTERM)
        var received = try stream.untilEnd().filter { $0.event == "message" }.map(\.notificationID)
        #expect(try bridge.wait() == 0)
        try bridge.start()
        let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", stream.lastEventID)])
        received += try back.ids(ids.count - received.count)
        #expect(received == ids)
    }

    /// Of connections to the database that close at the same instant, none is the last.
    @Test func `the write-ahead log is folded into the database at every end`() throws {
        let bridge = try FlagpoleProcess(["server": ["drain_ms": 0]])
        for round in 1...12 {
            _ = try bridge.liveStream("feed=user:42")
            try bridge.redis().push(#"{"id":"n\#(round)"}"#, to: "user:42")
            #expect(try bridge.client().request("GET", "/v1/feeds/user:42/notifications").status == 200)
            #expect(try bridge.stop() == 0)
            #expect(!FileManager.default.fileExists(atPath: bridge.directory.path("data/flagpole.sqlite3-wal")))
            try bridge.start()
        }
    }

    @Test func `a client that does not read holds the end up no longer than drain_ms`() throws {
        let bridge = try FlagpoleProcess(["server": ["drain_ms": 300]])
        let slow = try bridge.stalledStream()
        bridge.signal(SIGTERM)
        #expect(try bridge.wait(within: .seconds(5)) == 0)
        #expect(slow.head?.status == 200)
    }

    @Test func `streams hear the goodbye also while Redis hangs`() throws {
        let bridge = try FlagpoleProcess(["server": ["drain_ms": 1000]])
        let stream = try bridge.liveStream("feed=user:42")
        let redisProcess = try bridge.redis().processID()
        kill(redisProcess, SIGSTOP)
        try eventually("a tick that hangs") { try (bridge.metric("flagpole_last_tick_age_seconds") ?? 0) > 0.3 }
        bridge.signal(SIGTERM)
        #expect(try stream.untilEnd().map(\.event) == ["goodbye"])
        #expect(try bridge.wait() == 0)
        #expect(!ChildProcess.exists(redisProcess))
    }

    @Test func `a database that is locked holds the end up no longer than drain_ms, however much waits for it`() throws
    {
        let bridge = try FlagpoleProcess(["server": ["drain_ms": 300]])
        let stream = try bridge.liveStream("feed=user:42")
        let other = try bridge.database(.readWrite)
        try other.execute("BEGIN IMMEDIATE")
        let clients = try (1...4).map { _ in try bridge.client() }
        for client in clients {
            client.socket.send(
                client.encode(
                    "POST", "/v1/feeds/user:42/read", headers: [("Content-Type", "application/json")],
                    body: #"{"all":true}"#))
        }
        // They have arrived by then.
        #expect(try bridge.get("/healthz").status == 200)
        let start = ContinuousClock.now
        bridge.signal(SIGTERM)
        #expect(try stream.untilEnd().map(\.event) == ["goodbye"])
        #expect(try bridge.wait() == 0)
        // One wait alone takes five seconds.
        #expect(ContinuousClock.now - start < .seconds(3))
        try other.execute("ROLLBACK")
    }

    @Test func `a second signal ends it at once, and its redis-server too`() throws {
        let bridge = try FlagpoleProcess(["server": ["drain_ms": 600_000]])
        let slow = try bridge.stalledStream()
        let stream = try bridge.liveStream("feed=user:1")
        let redisProcess = try bridge.redis().processID()
        bridge.signal(SIGTERM)
        #expect(try stream.untilEnd().last?.event == "goodbye")
        #expect(bridge.isRunning)

        bridge.signal(SIGTERM)
        #expect(try bridge.wait(within: .seconds(2)) == 1)
        try eventually("the end of redis-server") { !ChildProcess.exists(redisProcess) }
        #expect(slow.head?.status == 200)
    }

    @Test func `a bridge that was killed starts again at once, and leaves no redis-server behind`() throws {
        let bridge = try FlagpoleProcess()
        var predecessors: [pid_t] = []
        for number in 1...5 {
            let redis = try bridge.redis()
            predecessors.append(try redis.processID())
            try redis.push(#"{"id":"n\#(number)"}"#, to: "user:42")
            _ = try bridge.stream("feed=user:42").notifications(number)
            bridge.kill()
            try bridge.start()
        }
        let current = try bridge.redis().processID()
        for predecessor in predecessors where predecessor != current {
            try eventually("the end of redis-server \(predecessor)") { !ChildProcess.exists(predecessor) }
        }
        #expect(try bridge.redis().command("LLEN", "notifications:user:42").integer == 5)
        #expect(try bridge.stream("feed=user:42").untilLive().count == 5)
        #expect(try bridge.stop() == 0)
        #expect(!ChildProcess.exists(current))
    }

    /// It removes the socket as the last thing it does, whosever that is by then.
    @Test(.enabled(if: isTrial))
    func `a redis-server that is slow to end takes nothing from its successor`() throws {
        let bridge = try FlagpoleProcess()
        let predecessor = try bridge.redis().processID()
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        _ = try bridge.stream("feed=user:42").notifications(1)
        kill(predecessor, SIGSTOP)
        bridge.kill()
        // Longer than a start waits for its answer.
        let later = try Threads(1) { _ in
            poll(nil, 0, 4000)
            kill(predecessor, SIGCONT)
        }
        try bridge.start()
        try later.join()
        try eventually("the end of redis-server") { !ChildProcess.exists(predecessor) }
        try bridge.redis().push(#"{"id":"b"}"#, to: "user:42")
        #expect(try bridge.stream("feed=user:42").notifications(2).map(\.notificationID) == ["a", "b"])
        #expect(try bridge.stop() == 0)
    }
}

extension FlagpoleProcess {
    /// A stream that has not read for so long that the bridge cannot send it any more.
    fileprivate func stalledStream() throws -> EventStreamClient {
        let stream = try stream("feed=user:42", receiveBuffer: 4096)
        try stream.untilLive()
        let text = String(repeating: "x", count: 60_000)
        try redis().push((1...150).map { #"{"id":"n\#($0)","text":"\#(text)"}"# }, to: "user:42")
        let database = try database()
        try eventually("the last entry") { try database.scalarInt("SELECT count(*) FROM notifications") == 150 }
        return stream
    }
}
