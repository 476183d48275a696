import Feeds
import Redis
import Testing

@testable import Bridge

/// Lists of a kind whose feeds end, read in parts.
@Suite(.timeLimit(.minutes(1)))
struct EndingPollingTests {
    @Test func `what was pushed with a last entry is not sent, however much it is`() async throws {
        let redis = try RedisServer()
        let store = try TestStore()
        store.declare("job", EntryRules(ending: EntryCondition(member: "s", .oneOf([.string(Array("done".utf8))]))))
        var settings = Configuration()
        settings.kinds += store.kinds
        try await DrivenPoller.run(settings, redis, store) { poller in
            await poller.poller.watch([try FeedName(of: "job:1")])
            try await poller.pass(1, each: 1000)
            let entries = (1...600).map { $0 == 100 ? #"{"id":"100","s":"done"}"# : #"{"id":"\#($0)"}"# }
            redis.connection.append(["RPUSH", "job:1"] + entries)
            _ = try redis.connection.readReply()
            try await poller.pass(3, each: 1000)
            #expect(poller.running.notifications.map(\.id) == (1...100).map(String.init))
            #expect(try store.connect().scalarInt("SELECT count(*) FROM notifications") == 600)
            try redis.command("RPUSH", "job:1", #"{"id":"next"}"#)
            try await poller.pass(3, each: 1000)
            #expect(poller.running.notifications.last?.id == "next")
        }
    }
}
