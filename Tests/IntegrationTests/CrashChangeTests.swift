import Foundation
import HTTP
import JSON
import SQLite
import Testing

/// The bridge dies while it changes read state or takes in rows of the application's, and comes back on the same data.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct CrashChangeTests {
    static let windows = ["written:2", "committed:2", "queued:2", "sent:2"]

    private let server: RedisServer
    private let bridge: FlagpoleProcess

    init() throws {
        server = try RedisServer()
        bridge = try FlagpoleProcess(
            ["kinds": ["order": ["source": "flag+database", "flag": "order:{id}:changed", "inbox": true]]],
            redis: server, starts: false)
    }

    /// Asks for a change; it may be that the bridge dies of it.
    private func ask(_ method: String, _ path: String, _ body: String = "") {
        let type = body.isEmpty ? [] : [("Content-Type", "application/json")]
        _ = try? bridge.client().request(method, "/v1/feeds/user:42/\(path)", headers: type, body: body)
    }

    /// Changes one notification after the other until the bridge has died; then all again, as clients do that had no answer.
    private func changeUntilDeath(_ window: String, _ change: (Int) -> Void) throws -> (
        count: Int, events: [ReceivedEvent]
    ) {
        try bridge.start()
        let first = try bridge.liveStream("feed=user:42")
        try server.connect().push((1...50).map { #"{"id":"n\#($0)"}"# }, to: "user:42")
        _ = try first.notifications(50)
        try bridge.stop()

        try bridge.start(faults: ["FAULT_POINT": window])
        let before = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", first.lastEventID)])
        try before.untilLive()
        var count = 0
        try eventually("the fault") {
            count += 1
            change(count)
            return !bridge.isRunning
        }
        let told = try before.notificationsUntilBreak()
        try bridge.start()
        let after = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", before.lastEventID)])
        for number in 1...count + 1 { change(number) }
        return (count + 1, told + (try after.notifications(count + 1 - told.count)))
    }

    @Test(arguments: windows)
    func `what was marked as read is told once, and stays read`(window: String) throws {
        let (count, events) = try changeUntilDeath(window) { ask("POST", "read", #"{"ids":["n\#($0)"]}"#) }
        #expect(events.map { $0.data.json["ids"]?.asArray?.first?.asString } == (1...count).map { "n\($0)" })
        #expect(events.allSatisfy { $0.event == "read" } && events.last?.data.json["unread"]?.asInt == 50 - count)
        #expect(try bridge.get("/v1/feeds/user:42/unread").json["unread"]?.asInt == 50 - count)
    }

    @Test(arguments: windows)
    func `what was removed is told once, and stays away`(window: String) throws {
        let (count, events) = try changeUntilDeath(window) { ask("DELETE", "notifications/n\($0)") }
        #expect(events.map { $0.data.json["id"]?.asString } == (1...count).map { "n\($0)" })
        #expect(events.allSatisfy { $0.event == "removed" })
        #expect(try bridge.get("/v1/feeds/user:42/unread").json["unread"]?.asInt == 50 - count)
    }

    @Test(arguments: windows)
    func `rows of the application's are sent once`(window: String) throws {
        try bridge.start(faults: ["FAULT_POINT": window])
        let before = try bridge.stream("feed=order:1")
        try before.untilLive()
        let database = try bridge.database(.readWrite)
        let redis = try server.connect()
        var count = 0
        try eventually("the fault") {
            count += 1
            try database.execute("INSERT INTO notifications (feed, id, body) VALUES ('order:1', 'o\(count)', '{}')")
            try redis.command("SET", "order:1:changed", "1")
            return !bridge.isRunning
        }
        let told = try before.notificationsUntilBreak()
        try bridge.start()
        let after = try bridge.stream("feed=order:1&envelope=1", headers: [("Last-Event-ID", before.lastEventID)])
        let rest = try after.notifications(count - told.count)
        #expect(rest.map { $0.data.json["id"]?.asString } == (told.count + 1...count).map { "o\($0)" })
        try database.execute("INSERT INTO notifications (feed, id, body) VALUES ('order:1', 'last', '{}')")
        #expect(try after.notifications(1)[0].data.json["id"]?.asString == "last")
        #expect(try bridge.get("/v1/feeds/order:1/unread").json["unread"]?.asInt == count + 1)
    }
}
