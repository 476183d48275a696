import Foundation
import HTTP
import Redis
import Testing

/// Flags that become events for all who ask: `events`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BroadcastEventTests {
    private static let environment = ["SSE_EVENTS": "deploy:app:deploy,sale:app:sale"]

    private func bridge(_ server: [String: Any] = [:], redis: RedisServer? = nil) throws -> FlagpoleProcess {
        try FlagpoleProcess(["server": server], redis: redis, environment: Self.environment)
    }

    @Test func `an event that was set before the first stream asks is not lost`() throws {
        let bridge = try bridge()
        let redis = try bridge.redis()
        try redis.command("SET", "app:deploy", #"{"version":2}"#)
        try bridge.liveStream("feed=user:42")
        #expect(try redis.command("EXISTS", "app:deploy").integer == 1)

        let stream = try bridge.stream("events=1")
        let welcome = try stream.event()
        #expect(welcome.event == "welcome" && welcome.data.json["feeds"] == .array([]))
        let event = try stream.notifications(1)[0]
        #expect(event.event == "deploy" && !event.id.isEmpty)
        #expect(event.data.json["value"] == #"{"version":2}"#.json)
        let age = Int(Date().timeIntervalSince1970) - (event.data.json["timestamp"]?.asInt ?? 0)
        #expect(0...5 ~= age)
        try eventually("the lowering") { try redis.command("EXISTS", "app:deploy").integer == 0 }
        #expect(try bridge.metric("flagpole_broadcasts_total") == 1)
    }

    @Test func `all who ask get an event, on every loop, and nobody else`() throws {
        let bridge = try bridge(["threads": 2])
        let asking = try (0..<6).map { _ in try bridge.liveStream("feed=user:1&events=1") }
        let other = try bridge.liveStream("feed=user:1")
        try bridge.redis().command("HSET", "app:sale", "__ci_type", "string", "__ci_value", "spring")
        for stream in asking {
            let event = try stream.notifications(1)[0]
            #expect(event.event == "sale" && event.data.json["value"]?.asString == "spring")
        }
        try bridge.redis().push(#"{"id":"marker"}"#, to: "user:1")
        #expect(try other.ids(1) == ["marker"])
        for stream in asking { #expect(try stream.ids(1) == ["marker"]) }
        #expect(try bridge.get("/v1/presence").json == #"{"feeds":{"user:1":7}}"#.json)
    }

    @Test func `a stream that comes back gets the events of the last minute, in order with its notifications`() throws {
        let bridge = try bridge()
        let keeper = try bridge.liveStream("feed=user:1&events=1")
        let redis = try bridge.redis()
        let stream = try bridge.liveStream("feed=user:1&events=1")
        let cursor = stream.lastEventID
        try redis.push(#"{"id":"a"}"#, to: "user:1")
        #expect(try keeper.ids(1) == ["a"])
        try redis.command("SET", "app:deploy", "1")
        #expect(try keeper.notifications(1)[0].event == "deploy")
        try redis.push(#"{"id":"b"}"#, to: "user:1")
        #expect(try keeper.ids(1) == ["b"])

        try bridge.stop()
        try bridge.start()
        let returned = try bridge.stream("feed=user:1&events=1", headers: [("Last-Event-ID", cursor)])
        let replayed = try returned.untilLive().map { $0.event == "deploy" ? "deploy" : $0.notificationID }
        #expect(replayed == ["a", "deploy", "b"])
    }

    @Test(arguments: ["written", "committed", "sent"])
    func `an event is not lost if the bridge dies while it takes it in`(point: String) throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server, environment: Self.environment, starts: false)
        try bridge.start(faults: ["FAULT_POINT": "\(point):1"])
        let stream = try bridge.liveStream("events=1")
        let cursor = stream.lastEventID
        try server.connect().command("SET", "app:deploy", "7")
        _ = try bridge.wait()

        try bridge.start()
        let returned = try bridge.stream("events=1", headers: [("Last-Event-ID", cursor)])
        #expect(try returned.notifications(1)[0].data.json["value"] == "7".json)
        try eventually("the lowering") { try server.connect().command("EXISTS", "app:deploy").integer == 0 }
    }

    @Test func `who asks for events where none are declared is told so`() throws {
        let bridge = try FlagpoleProcess()
        #expect(try bridge.get("/v1/stream?events=1").status == 404)
        #expect(try bridge.get("/v1/stream?events=0").status == 400)
        try bridge.liveStream("feed=user:1&events=1")
    }
}
