import Foundation
import HTTP
import Testing

/// Peers that use up connections and time, while others have their streams.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct FloodTests {
    private static let hasSlowhttptest = FileManager.default.isExecutableFile(atPath: "/usr/bin/slowhttptest")

    init() { raiseOpenFileLimit() }

    /// Pushes to a feed, and has every stream get it within a second.
    private func expectDelivery(_ id: String, _ bridge: FlagpoleProcess, _ streams: [EventStreamClient]) throws {
        let began = ContinuousClock.now
        try bridge.redis().push(#"{"id":"\#(id)"}"#, to: "user:42")
        for stream in streams { #expect(try stream.ids(1) == [id]) }
        #expect(ContinuousClock.now - began < .seconds(5))
    }

    @Test func `half-open connections, however many, stop no stream and no newcomer`() throws {
        let (streamCount, halfOpenCount) = isTrial ? (1000, 15_000) : (100, 1500)
        // The share of connections that have asked for nothing is a quarter of the streams.
        let bridge = try FlagpoleProcess(["server": isTrial ? [:] : ["max_streams": 2000]])
        var streams = try (0..<streamCount).map { _ in try bridge.liveStream("feed=user:42") }
        let halfOpen = try (0..<halfOpenCount).map { number in
            let socket = try LoopbackSocket(port: bridge.port)
            if number % 2 == 0 { socket.send("GET /v1/stream?feed=user:42 HTTP/1.1\r\nHost: ") }
            return socket
        }
        try expectDelivery("a", bridge, streams)
        streams.append(try bridge.liveStream("feed=user:42&since=now"))
        try expectDelivery("b", bridge, streams)
        try eventually("fewer half-open connections") {
            let closed = try bridge.metric(#"flagpole_connections_closed_total{reason="newcomer"}"#) ?? 0
            return closed > Double(halfOpenCount) / 2
        }
        #expect(try bridge.metric("flagpole_streams") == Double(streams.count))
        withExtendedLifetime(halfOpen) {}
    }

    @Test func `without a descriptor left streams go on, and newcomers get in once there is one`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(bridge.pid)/fd").count
        let limited = try ChildProcess(["prlimit", "--pid", "\(bridge.pid)", "--nofile=\(open + 8)"])
        #expect(try limited.wait() == 0)
        var sockets = try (0..<20).map { _ in try LoopbackSocket(port: bridge.port) }
        try eventually("the warning") { bridge.log.contains("raise the limit on open files") }
        try expectDelivery("a", bridge, [stream])
        sockets.removeAll()
        try eventually("room") { try bridge.get("/healthz").status == 200 }
        let second = try bridge.liveStream("feed=user:42&since=now")
        try expectDelivery("b", bridge, [stream, second])
    }

    @Test func `connections of all sorts together leave descriptors for Redis and the database`() throws {
        let bridge = try FlagpoleProcess(openFiles: 600)
        let stream = try bridge.liveStream("feed=user:42")
        // Streams to their limit, and others to theirs, are more than there are descriptors.
        let streams = try (0..<470).map { _ in
            let socket = try LoopbackSocket(port: bridge.port)
            socket.send("GET /v1/stream?feed=user:1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try socket.receive(until: .now + patience)
            return socket
        }
        let idle = try (0..<110).map { _ in try LoopbackSocket(port: bridge.port) }
        try eventually("the warning") { bridge.log.contains("raise the limit on open files") }
        let predecessor = try bridge.redis().processID()
        kill(predecessor, SIGKILL)
        try eventually("another redis-server that has read its file") {
            guard let redis = try? bridge.redis(), (try? redis.command("PING"))?.string == "PONG" else { return false }
            return try redis.processID() != predecessor
        }
        try expectDelivery("a", bridge, [stream])
        withExtendedLifetime((streams, idle)) {}
    }

    @Test(
        .enabled(if: isTrial && hasSlowhttptest, "it takes half a minute, and slowhttptest"),
        arguments: [
            ["-H", "-i", "2", "-x", "24"], ["-B", "-i", "2", "-x", "24", "-s", "8192"],
            ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3"],
        ])
    func `slowhttptest's slow headers, bodies and readers disturb no stream`(mode: [String]) throws {
        let bridge = try FlagpoleProcess()
        let streams = try (0..<50).map { _ in try bridge.liveStream("feed=user:42") }
        let place = try TemporaryDirectory()
        let target = mode[0] == "-B" ? "/v1/feeds/user:7/read" : "/flagpole.js"
        let flood = try ChildProcess(
            ["slowhttptest", "-c", "1000", "-r", "200", "-l", "10", "-p", "3"] + mode
                + ["-u", "http://127.0.0.1:\(bridge.port)\(target)"],
            output: place.path("output"), errors: place.path("errors"))
        var count = 0
        while flood.isRunning {
            try expectDelivery("n\(count)", bridge, streams)
            #expect(try bridge.get("/healthz").status == 200)
            count += 1
        }
        #expect(count > 50)
        #expect(place.text("output").contains("service available:"), "\(place.text("output"))")
        #expect(try bridge.metric("flagpole_streams") == 50)
    }
}
