import Foundation
import HTTP
import JSON
import Redis
import Testing

/// Kinds with `"presence": true`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PresenceTests {
    private static let key = "0123456789abcdef"
    private static let kinds = [
        "chat": ["list": "chat:{id}:l", "flag": "chat:{id}:f", "presence": true] as [String: any Sendable]
    ]

    /// A bridge whose readers are known by tokens.
    private func bridge(threads: Int = 1, redis: RedisServer? = nil) throws -> FlagpoleProcess {
        try FlagpoleProcess(
            ["kinds": Self.kinds, "auth": ["mode": "token"], "server": ["threads": threads]], redis: redis,
            environment: ["FLAGPOLE_ADMIN_KEY": Self.key])
    }

    private func stream(
        _ identity: String, _ bridge: FlagpoleProcess, feeds: String = "feed=chat:12"
    ) throws -> EventStreamClient {
        let token = "token-of-\(identity)-0123456789"
        let record = #"{"identity":"\#(identity)","feeds":["chat:*"]}"#
        try bridge.redis().command("SET", "flagpole:token:\(token)", record)
        let stream = try bridge.stream(feeds, headers: [("Authorization", "Bearer \(token)")])
        try stream.untilLive()
        return stream
    }

    /// The next so many events of presence, as `joined 7 2`: what, who, and how many streams.
    private func news(_ count: Int, _ stream: EventStreamClient) throws -> [String] {
        try stream.notifications(count).map { event in
            let data = event.data.json
            #expect(data["feed"]?.asString == "chat:12")
            let who = data["identity"]?.asString ?? "nobody"
            return "\(event.event.dropFirst("presence.".count)) \(who) \(data["streams"]?.asInt ?? -1)"
        }
    }

    @Test func `who comes and goes is told, and a newcomer is told who is there`() throws {
        let bridge = try bridge(threads: 2)
        let agent = try stream("agent", bridge)
        let cursor = agent.lastEventID
        #expect(try news(1, agent) == ["joined agent 1"])
        var customer: EventStreamClient? = try stream("7", bridge)
        #expect(try news(1, agent) == ["joined 7 2"])
        if let customer { #expect(try Set(news(2, customer)) == ["joined agent 2", "joined 7 2"]) }

        // A second tab is nobody new, but is told who is there; only the last tab's end is a leaving.
        var tab: EventStreamClient? = try stream("7", bridge)
        if let tab { #expect(try Set(news(2, tab)) == ["joined agent 3", "joined 7 3"]) }
        tab = nil
        try eventually("the tab's end") { try presence(bridge) == [2] }
        customer = nil
        #expect(try news(1, agent) == ["left 7 1"])
        #expect(agent.lastEventID == cursor)
    }

    private func presence(_ bridge: FlagpoleProcess) throws -> [Int] {
        let answer = try bridge.client().request(
            "GET", "/v1/presence", headers: [("Authorization", "Bearer \(Self.key)")])
        return answer.json["feeds"]?.asObject?.compactMap { $0.value.asInt } ?? []
    }

    @Test func `applications read in Redis who is where, until when`() throws {
        let bridge = try bridge()
        let redis = try bridge.redis()
        let agent = try stream("agent", bridge)
        var customer: EventStreamClient? = try stream("7", bridge, feeds: "feed=chat:12&feed=user:7")
        #expect(try Set(news(2, agent)) == ["joined agent 1", "joined 7 2"])
        try eventually("the identities") { try redis.command("ZCARD", "flagpole:presence:chat:12").integer == 2 }
        let expiry = try redis.command("ZSCORE", "flagpole:presence:chat", "12").string
        #expect(50...61 ~= (Double(expiry) ?? 0) - Date().timeIntervalSince1970)
        #expect(1...60 ~= (try redis.command("TTL", "flagpole:presence:chat:12").integer))
        // Only kinds that ask for it are shown.
        #expect(try redis.command("EXISTS", "flagpole:presence:user").integer == 0)

        #expect(customer != nil)
        customer = nil
        try eventually("the leaving") { try redis.command("ZSCORE", "flagpole:presence:chat:12", "7").kind == .nil }
        #expect(try redis.command("ZSCORE", "flagpole:presence:chat", "12").kind == .string)
        _ = agent
    }

    @Test func `what a bridge that died has shown does not outlive its time`() throws {
        let server = try RedisServer()
        let bridge = try bridge(redis: server)
        let redis = try server.connect()
        let ann = try stream("ann", bridge)
        try eventually("ann") { try redis.command("ZCARD", "flagpole:presence:chat:12").integer == 1 }
        bridge.kill()
        _ = ann
        #expect(1...60 ~= (try redis.command("TTL", "flagpole:presence:chat").integer))
        // As it is a minute later, where somebody else has kept the sets alive.
        for (key, element) in [("chat", "9"), ("chat:12", "ann")] {
            try redis.command("ZADD", "flagpole:presence:\(key)", "1000000000", element)
        }
        try bridge.start()
        let bob = try stream("bob", bridge)
        try eventually("bob alone") {
            try ["chat:12", "chat"].map { key in
                let elements = try redis.command("ZRANGE", "flagpole:presence:\(key)", "0", "-1")
                return (0..<elements.count).map { elements.element($0).string }
            } == [["bob"], ["12"]]
        }
        _ = bob
    }

    @Test func `a bridge that ends takes its own away`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(["kinds": Self.kinds], redis: server)
        let stream = try bridge.liveStream("feed=chat:12")
        #expect(try news(1, stream) == ["joined nobody 1"])
        let redis = try server.connect()
        try eventually("the feed") { try redis.command("ZCARD", "flagpole:presence:chat").integer == 1 }
        try bridge.stop()
        #expect(try redis.command("KEYS", "flagpole:presence:*").count == 0)
    }

    @Test func `presence is told while Redis is away, and shown there once it is back`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(["kinds": Self.kinds], redis: server)
        server.kill()
        let first = try bridge.liveStream("feed=chat:12")
        #expect(try news(1, first) == ["joined nobody 1"])
        try server.start()
        try eventually("the feed") { try server.connect().command("ZCARD", "flagpole:presence:chat").integer == 1 }
    }
}
