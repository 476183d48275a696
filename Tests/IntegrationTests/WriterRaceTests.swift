import Redis
import SQLite
import Testing

/// Writers among themselves, and between two steps of the bridge.
///
/// Lists are compared, and searched for, once an hour: what arrives here is found by its flag alone.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct WriterRaceTests {
    static let flagsOnly = ["reconcile_interval_ms": 3_600_000, "sweep_interval_ms": 3_600_000]
    private static let list = "notifications:user:42"
    private static let flag = "user:42:has_new_notification"

    /// How a writer orders its commands.
    fileprivate static func commands(_ writer: Int, _ entry: String) -> [[String]] {
        let (push, raise) = (["RPUSH", list, entry], ["SET", flag, "1"])
        return switch writer % 4 {
        case 0: [push, raise]
        case 1: [["MULTI"], push, raise, ["EXEC"]]
        // The flag first, and once more, since another's reading may lower it in between.
        case 2: [["MULTI"], raise, push, ["EXEC"]]
        default: [raise, push, raise]
        }
    }

    /// Slow replies make the time between lowering a flag and reading its list long.
    @Test(arguments: [0, 5])
    func `a thousand writers at once lose nothing, and the list's order is the stream's`(delay: Int) throws {
        raiseOpenFileLimit()
        let server = try RedisServer()
        let proxy = try RedisProxy(server)
        let bridge = try FlagpoleProcess(["redis": ["url": proxy.url], "poll": Self.flagsOnly], redis: server)
        let stream = try bridge.liveStream("feed=user:42")
        proxy.fault = .slow(.milliseconds(delay))
        let (path, pushes) = (server.socketPath, 3)
        let threads = try Threads(40) { thread in
            var writers = try (0..<25).map { RaceWriter(number: 25 * thread + $0, try UnixSocket(connectingTo: path)) }
            for push in 0..<pushes {
                // All have sent before the first waits for an answer.
                for writer in writers { try writer.send(push) }
                for index in writers.indices { try writers[index].awaitReplies() }
            }
        }
        let received = try stream.notifications(1000 * pushes).map(\.data)
        try threads.join()
        #expect(try received == server.connect().list(Self.list))
        var own: [Int: [Int]] = [:]
        for entry in received.map(\.json) {
            own[entry["writer"]?.asInt ?? -1, default: []].append(entry["n"]?.asInt ?? -1)
        }
        #expect(own == Dictionary(uniqueKeysWithValues: (0..<1000).map { ($0, Array(0..<pushes)) }))
    }

    @Test func `a push between any two commands of the bridge is found by its flag`() throws {
        let scene = try FaultScene(Self.flagsOnly)
        // Long enough to push between a reply and the next command.
        scene.proxy.fault = .slow(.milliseconds(5))
        for step in (1...10).flatMap({ [$0, $0] }) {
            try scene.push()
            try scene.awaitStrikes(step)
            try scene.push()
            try scene.expectArrival()
        }
    }

    @Test func `a writer that trims as fast as it can push loses nothing that it keeps for a tick`() throws {
        let bridge = try FlagpoleProcess(["poll": Self.flagsOnly])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        var pushed = 0
        var received: [Int] = []
        while received.count < 2000 {
            // What is kept is more than what the bridge has not read yet, or it would be never seen.
            while pushed < 2000 && pushed - received.count < 90 {
                redis.append("RPUSH", Self.list, #"{"n":\#(pushed)}"#)
                redis.append("LTRIM", Self.list, "-100", "-1")
                redis.append("SET", Self.flag, "1")
                for _ in 0..<3 { _ = try redis.readReply() }
                pushed += 1
            }
            received += try stream.notifications(1).compactMap { $0.data.json["n"]?.asInt }
        }
        #expect(received == Array(0..<2000))
        #expect(try bridge.database().scalarInt("SELECT count(*) FROM notifications") == 2000)
    }

    @Test(arguments: [false, true])
    func `a flag long before its push is remembered`(isListThere: Bool) throws {
        let bridge = try FlagpoleProcess(["poll": Self.flagsOnly])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        if isListThere {
            try redis.push(#"{"id":"first"}"#, to: "user:42")
            #expect(try stream.ids(1) == ["first"])
        }
        for id in ["a", "b"] {
            try redis.command("SET", Self.flag, "1")
            try eventually("the lowered flag") { try redis.command("EXISTS", Self.flag).integer == 0 }
            try bridge.awaitTicks(20)
            try redis.command("RPUSH", Self.list, #"{"id":"\#(id)"}"#)
            #expect(try stream.ids(1) == [id])
        }
    }

    @Test func `a flag without a push is lowered, and brings nothing`() throws {
        let bridge = try FlagpoleProcess(["server": ["ping_ms": 50], "poll": Self.flagsOnly])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        for value in ["1", "true", "yes", "1"] {
            try redis.command("SET", Self.flag, value)
            try eventually("the lowered flag") { try redis.command("EXISTS", Self.flag).integer == 0 }
            #expect(try stream.event().event == "ping")
        }
        try redis.push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        #expect(try bridge.metric("flagpole_entries_read_total") == 1)
    }

    @Test func `a transaction over many feeds reaches them all`() throws {
        let bridge = try FlagpoleProcess(["poll": Self.flagsOnly])
        let feeds = (1...40).map { "user:\($0)" }
        let stream = try bridge.liveStream(feeds.map { "feed=\($0)" }.joined(separator: "&"))
        let redis = try bridge.redis()
        for round in 1...3 {
            try redis.command("MULTI")
            for feed in feeds { try redis.push(#"{"id":"\#(round)"}"#, to: feed) }
            try redis.command("EXEC")
            let received = try stream.notifications(feeds.count).map { $0.data.json["feed"]?.asString ?? "" }
            #expect(received.sorted() == feeds.sorted())
        }
    }

    @Test func `equal entries count each without an id, and once with one`() throws {
        let bridge = try FlagpoleProcess(["poll": Self.flagsOnly])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        let (twin, own) = (#"{"title":"New order"}"#, #"{"id":"order-1","title":"New order"}"#)
        try redis.push(twin, own, twin, own, own, twin, to: "user:42")
        #expect(try stream.notifications(4).map(\.data) == [twin, own, twin, twin])
        for _ in 0..<3 {
            try redis.push(twin, own, to: "user:42")
            #expect(try stream.notifications(1).map(\.data) == [twin])
        }
        #expect(try bridge.metric(#"flagpole_entries_total{result="duplicate"}"#) == 5)
    }

    @Test func `ids in no order keep the list's`() throws {
        let bridge = try FlagpoleProcess(["poll": Self.flagsOnly])
        let stream = try bridge.liveStream("feed=user:42")
        let ids = ["9", "30", "b", "1", "a", "-5", "20", "B", "010", "Z"]
        for part in [ids[..<4], ids[4...]] {
            try bridge.redis().push(part.map { #"{"id":"\#($0)"}"# }, to: "user:42")
            #expect(try stream.ids(part.count) == Array(part))
        }
        #expect(try bridge.stream("feed=user:42").untilLive().map(\.notificationID) == ids)
    }
}

/// One of a thousand connections, of which many belong to a thread: it sends without waiting.
private struct RaceWriter {
    let number: Int
    private let socket: UnixSocket
    private var replies: RESPReader

    init(number: Int, _ socket: UnixSocket) {
        self.number = number
        self.socket = socket
        replies = RESPReader(socket)
    }

    private func commands(_ push: Int) -> [[String]] {
        WriterRaceTests.commands(number, #"{"writer":\#(number),"n":\#(push)}"#)
    }

    func send(_ push: Int) throws {
        var bytes: [UInt8] = []
        for command in commands(push) { RESPEncoder.append(command: command, to: &bytes) }
        guard socket.send(bytes) else { throw HarnessError("writer \(number) was cut off") }
    }

    /// Takes the answers to one push.
    mutating func awaitReplies() throws {
        for command in commands(0) {
            guard let reply = replies.next(), reply.first != UInt8(ascii: "-") else {
                throw HarnessError("writer \(number) got no answer to \(command)")
            }
        }
    }
}

extension RedisConnection {
    /// All that is on a list.
    fileprivate func list(_ key: String) throws -> [String] {
        let reply = try command("LRANGE", key, "0", "-1")
        return (0..<reply.count).map { reply.element($0).string }
    }
}

extension FlagpoleProcess {
    /// Waits until flags were looked at so often more.
    fileprivate func awaitTicks(_ count: Double) throws {
        let target = try (metric("flagpole_tick_seconds_count") ?? 0) + count
        try eventually("ticks") { try metric("flagpole_tick_seconds_count") ?? 0 >= target }
    }
}
