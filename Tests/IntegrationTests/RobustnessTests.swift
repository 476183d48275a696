import Foundation
import Testing

/// Clients that are slow, many, or not nice.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RobustnessTests {
    @Test func `a request that comes byte by byte is served`() throws {
        let bridge = try FlagpoleProcess()
        let client = try bridge.client()
        let request = client.encode(
            "POST", "/v1/feeds/user:42/notifications", headers: [("Content-Type", "application/json")],
            body: #"{"id":"a"}"#)
        for byte in request.utf8 { client.socket.send([byte]) }
        #expect(try client.answer().text == #"{"ids":["a"]}"#)
    }

    @Test func `requests that are sent at once are answered in their order`() throws {
        let bridge = try FlagpoleProcess()
        let client = try bridge.client()
        let json = [("Content-Type", "application/json")]
        var requests = ""
        for number in 1...20 {
            requests += client.encode("GET", "/healthz")
            requests += client.encode(
                "POST", "/v1/feeds/user:42/notifications", headers: json, body: #"{"id":"n\#(number)"}"#)
            requests += client.encode("GET", "/nothing")
        }
        client.socket.send(requests)
        for number in 1...20 {
            #expect(try client.answer().text == #"{"status":"ok"}"#)
            #expect(try client.answer().text == #"{"ids":["n\#(number)"]}"#)
            #expect(try client.answer().status == 404)
        }
    }

    @Test func `a header block of a megabyte is refused and the connection closed`() throws {
        let bridge = try FlagpoleProcess()
        let client = try bridge.client()
        client.socket.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        let line = "X-Padding: \(String(repeating: "x", count: 1000))\r\n"
        client.socket.send(String(repeating: line, count: 1000))
        #expect(try client.answer().status == 431)
        #expect(try client.isClosed())
        #expect(try bridge.get("/healthz").status == 200)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\r\n\r\n", 400), ("GET /healthz\r\n\r\n", 505),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ])
    func `what is no request is refused and the connection closed`(bytes: String, status: Int) throws {
        let bridge = try FlagpoleProcess()
        let client = try bridge.client()
        client.socket.send(bytes)
        #expect(try client.answer().status == status)
        #expect(try client.isClosed())
    }

    @Test func `a client that does not read disturbs nobody, and gets everything when it does`() throws {
        let bridge = try FlagpoleProcess(["server": ["max_pending_bytes": 16_384]])
        let slow = try bridge.stream("feed=user:42", receiveBuffer: 4096)
        try slow.untilLive()
        let other = try bridge.liveStream("feed=user:43")
        let redis = try bridge.redis()
        let text = String(repeating: "x", count: 50_000)
        let ids = (1...100).map { "n\($0)" }
        for (index, id) in ids.enumerated() {
            try redis.push(#"{"id":"\#(id)","text":"\#(text)"}"#, to: "user:42")
            guard index % 10 == 9 else { continue }
            try redis.push(#"{"id":"\#(id)"}"#, to: "user:43")
            #expect(try other.event(within: .seconds(5)).notificationID == id)
        }
        #expect(try slow.ids(100) == ids)
        try redis.push(#"{"id":"last"}"#, to: "user:42")
        #expect(try slow.ids(1) == ["last"])
    }

    @Test func `a client that takes nothing for too long is closed`() throws {
        let bridge = try FlagpoleProcess(["server": ["max_pending_bytes": 16_384, "stalled_stream_ms": 300]])
        let slow = try bridge.stream("feed=user:42", receiveBuffer: 4096)
        try slow.untilLive()
        let text = String(repeating: "x", count: 60_000)
        try bridge.redis().push((1...150).map { #"{"id":"n\#($0)","text":"\#(text)"}"# }, to: "user:42")
        try eventually("the end of the stream") { try bridge.metric("flagpole_streams") == 0 }
        #expect(slow.head?.status == 200)
    }

    @Test func `connections that ask for nothing make way for others, and for those that did`() throws {
        let bridge = try FlagpoleProcess(["server": ["max_streams": 400]])
        let stream = try bridge.liveStream("feed=user:42")
        let client = try bridge.client()
        #expect(try client.request("GET", "/healthz").status == 200)
        let half = try (0..<500).map { number in
            let socket = try LoopbackSocket(port: bridge.port)
            if number % 2 == 0 { socket.send("GET / HTTP/1.1\r\nHost: ") }
            return socket
        }
        #expect(try bridge.get("/healthz").status == 200)
        try eventually("fewer connections") { try bridge.metric("flagpole_connections") ?? 0 <= 110 }
        try eventually("the count") {
            try bridge.metric(#"flagpole_connections_closed_total{reason="newcomer"}"#) ?? 0 >= 390
        }
        #expect(try client.request("GET", "/healthz").status == 200)
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        withExtendedLifetime(half) {}
    }

    @Test func `a thousand streams of one feed get one event each`() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)

        let bridge = try FlagpoleProcess()
        let streams = try (0..<1000).map { _ in try bridge.stream("feed=user:42") }
        for stream in streams { try stream.untilLive() }
        #expect(try bridge.metric("flagpole_streams") == 1000)
        try eventually("one watched feed") { try bridge.metric("flagpole_watched_feeds") == 1 }
        let redis = try bridge.redis()
        for id in ["a", "b"] {
            try redis.push(#"{"id":"\#(id)"}"#, to: "user:42")
            for stream in streams { #expect(try stream.event().notificationID == id) }
        }
    }
}
