import Bridge
import Feeds
import Glibc
import Reactor
import Redis

/// A measurement: opens streams, pushes to Redis, and reads what arrives, all on one thread.
struct BenchRun {
    /// What is still under way after so long a silence will not come.
    private static let patience: Milliseconds = 15_000

    let load: BenchLoad
    private let prefix: String
    private let connection: RedisConnection
    private let commands: [PublishCommand]
    private let keys: [String]
    private let streams: [BenchStream]
    private var descriptors: [pollfd]
    private(set) var ledger: BenchLedger

    /// Opens the streams, and waits until all of them are live.
    init(_ load: BenchLoad, _ configuration: Configuration, at address: ServerAddress) throws(CommandError) {
        guard let kind = configuration.kinds.first(where: { $0.name == "user" }), kind.source != .flagAndDatabase else {
            throw .failure("the kind user has no list in Redis here; measure without --running")
        }
        self.load = load
        prefix = "bench.\(UInt32.random(in: .min ... .max))"
        let names = (0..<load.feeds).compactMap { [prefix] in FeedName(kind: "user", id: "\(prefix).\($0)") }
        commands = names.map { PublishCommand(to: $0, of: kind, prefix: configuration.redis.prefix) }
        keys = names.flatMap { name in
            [kind.list, kind.flag].compactMap { $0.map { configuration.redis.prefix + $0.key(for: name.id) } }
        }
        do throws(RedisError) {
            connection = try RedisConnection(
                configuration.redisEndpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(30))
        } catch {
            throw .failure("\(error)")
        }
        OpenFileLimit.raise()
        var streams: [BenchStream] = []
        for index in 0..<load.streams { streams.append(try BenchStream(names[index % load.feeds].text, at: address)) }
        self.streams = streams
        descriptors = streams.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        ledger = BenchLedger(load)
        let deadline = MonotonicTime.now + Self.patience
        while !streams.allSatisfy(\.isLive) {
            guard MonotonicTime.now < deadline else { throw .failure("not all streams are live after 15 s") }
            try turn(until: deadline)
        }
    }

    /// Sends the load's notifications one after the other, and returns what their latencies were.
    mutating func sendAtRate() throws(CommandError) -> (quiet: Latencies, busy: Latencies) {
        let began = MonotonicTime.now
        for number in 0..<load.messages {
            let due = MonotonicTime(nanoseconds: began.nanoseconds + Int64(number) * 1_000_000_000 / Int64(load.rate))
            while MonotonicTime.now < due { try turn(until: due) }
            try push([number % load.feeds])
        }
        try waitForAll()
        return ledger.takeLatencies()
    }

    /// Sends as many again at once, and returns how many deliveries a second that made.
    mutating func sendAtOnce() throws(CommandError) -> Double {
        let (before, began) = (ledger.delivered, MonotonicTime.now)
        for first in stride(from: 0, to: load.messages, by: 500) {
            try push((first..<min(first + 500, load.messages)).map { $0 % load.feeds })
            try turn(until: .now)
        }
        try waitForAll()
        _ = ledger.takeLatencies()
        return Double(ledger.delivered - before) / max(MonotonicTime.now.seconds(since: began), 1e-9)
    }

    /// Takes what was pushed out of Redis; what was stored stays until it is too old.
    func cleanUp() {
        for key in keys { connection.append("DEL", key) }
        for _ in keys { _ = try? connection.readReply() }
    }

    private mutating func push(_ feeds: [Int]) throws(CommandError) {
        var bytes: [UInt8] = []
        for feed in feeds {
            let number = ledger.send(
                to: feed, streams: load.streams(ofFeed: feed), at: MonotonicTime.now.nanoseconds)
            commands[feed].append([Array(#"{"id":"\#(prefix)-\#(number)","n":\#(number)}"#.utf8)], to: &bytes)
        }
        connection.append(encoded: bytes)
        do throws(RedisError) {
            for feed in feeds { try commands[feed].readReplies(from: connection) }
        } catch {
            throw .failure("\(error)")
        }
    }

    private mutating func waitForAll() throws(CommandError) {
        var (delivered, deadline) = (ledger.delivered, MonotonicTime.now + Self.patience)
        while !ledger.isComplete, MonotonicTime.now < deadline {
            try turn(until: deadline)
            if ledger.delivered > delivered { (delivered, deadline) = (ledger.delivered, .now + Self.patience) }
        }
    }

    /// Reads what arrives until then, at least once and at most for a moment.
    private mutating func turn(until time: MonotonicTime) throws(CommandError) {
        let milliseconds = max(0, min(10, (time.nanoseconds - MonotonicTime.now.nanoseconds + 999_999) / 1_000_000))
        guard poll(&descriptors, nfds_t(descriptors.count), Int32(milliseconds)) > 0 else { return }
        let now = MonotonicTime.now.nanoseconds
        for index in descriptors.indices where descriptors[index].revents != 0 {
            streams[index].read { ledger.arrive($0, stream: index, at: now) }
            if let failure = streams[index].failure { throw .failure(failure) }
        }
    }
}
