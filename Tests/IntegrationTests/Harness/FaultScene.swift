import HTTP
import Redis
import SQLite
import Testing

/// A writer, a Redis, a proxy before it, a bridge, and one stream that stays open whatever happens to Redis.
///
/// Entries have no ids unless a test wants some, so that nothing but their place on the list keeps one from coming twice.
final class FaultScene {
    let server: RedisServer
    let proxy: RedisProxy
    let bridge: FlagpoleProcess
    /// Writes past the proxy.
    var redis: RedisConnection
    private let stream: EventStreamClient
    /// The member that tells its entries apart.
    private let member: String
    private(set) var pushed: [String] = []
    private var received: [String] = []
    private var pings = 0

    init(_ poll: [String: Int] = [:], withIDs: Bool = false) throws {
        member = withIDs ? "id" : "n"
        server = try RedisServer()
        proxy = try RedisProxy(server)
        redis = try server.connect()
        bridge = try FlagpoleProcess(
            ["redis": ["url": proxy.url], "server": ["ping_ms": 50], "poll": poll], redis: server)
        stream = try bridge.liveStream("feed=user:42")
        try push()
        try expectArrival()
    }

    /// Pushes as many entries to `user:42`.
    func push(_ count: Int = 1) throws {
        try push((0..<count).map { entry(pushed.count + $0) })
    }

    private func entry(_ number: Int) -> String { #"{"\#(member)":\#(number)}"# }

    func pushWithoutFlag() throws {
        pushed.append(entry(pushed.count))
        try redis.command("RPUSH", "notifications:user:42", pushed[pushed.count - 1])
    }

    /// Pushes entries of which those in `known` were taken in before.
    func push(_ entries: [String], known: Set<String> = []) throws {
        try redis.push(entries, to: "user:42")
        pushed += entries.filter { !known.contains($0) }
    }

    // MARK: - What the stream sees

    /// Expects everything pushed so far to have come in order, and nothing else.
    func expectArrival(_ location: SourceLocation = #_sourceLocation) throws {
        try take("what was pushed") { received.count >= pushed.count }
        #expect(received == pushed, sourceLocation: location)
    }

    /// Expects that the stream goes on saying that it is alive.
    func expectHeartbeats(_ count: Int = 3) throws {
        let target = pings + count
        try take("heartbeats") { pings >= target }
    }

    /// Expects one more entry to arrive, nothing beside it, the same in the database, and a bridge that is ready.
    func expectHealth(streams: Double = 1, _ location: SourceLocation = #_sourceLocation) throws {
        try expectArrival(location)
        try push()
        try expectArrival(location)
        try expectHeartbeats()
        #expect(received == pushed, sourceLocation: location)
        let bodies = "SELECT body FROM notifications WHERE feed = 'user:42' ORDER BY seq"
        #expect(try bridge.database().texts(bodies) == pushed, sourceLocation: location)
        try eventually("readiness") { try reason() == nil }
        #expect(try bridge.metric("flagpole_streams") == streams, sourceLocation: location)
        #expect(try tickAge() < 5, sourceLocation: location)
    }

    /// Reads the stream until `condition` holds; heartbeats alone keep nobody waiting for ever.
    private func take(_ what: String, until condition: () -> Bool) throws {
        var deadline = ContinuousClock.now + patience
        while !condition() {
            guard ContinuousClock.now < deadline else { throw HarnessError("\(what): \(received) of \(pushed)") }
            let event = try stream.event()
            if event.event == "ping" {
                pings += 1
            } else {
                received.append(event.data)
                deadline = .now + patience
            }
        }
    }

    // MARK: - What the bridge says

    /// Why it says that Redis is at fault, if it does.
    func reason() throws -> String? {
        let answer = try bridge.get("/readyz")
        #expect(answer.status == (answer.json["reasons"] == nil ? 200 : 503))
        return answer.json["reasons"]?["redis"]?.asString
    }

    func expectReason(_ text: String) throws {
        try eventually("the reason \(text)") { try reason()?.contains(text) ?? false }
    }

    /// How long ago the poll loop turned.
    func tickAge() throws -> Double { try bridge.metric("flagpole_last_tick_age_seconds") ?? .infinity }

    /// Waits for the proxy's fault to have struck so often from now on.
    func awaitStrikes(_ count: Int = 1) throws {
        let target = proxy.strikes + count
        try eventually("the fault") { proxy.strikes >= target }
    }
}
