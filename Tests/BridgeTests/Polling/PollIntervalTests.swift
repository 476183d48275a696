import Feeds
import Reactor
import Testing

@testable import Bridge

@Suite(.serialized, .timeLimit(.minutes(1)))
struct PollIntervalTests {
    @Test(arguments: [20, 200, 2000])
    func `a kind's flags are looked at as often as it says, news or not`(interval: Int) async throws {
        let (redis, store) = (try RedisServer(), try TestStore())
        var settings = Configuration()
        settings.kinds.append(.test("job") { $0.pollIntervalMilliseconds = interval })
        // News would have it looked at more often.
        settings.poll.activeIntervalMilliseconds = interval
        let feed = try FeedName(of: "job:1")
        try await DrivenPoller.run(settings, redis, store) { poller in
            await poller.poller.watch([feed])
            try await poller.pass(1, each: 5000)
            let group = try #require(await poller.poller.groups.first { $0.count > 0 })
            #expect(group.interval.count == Int64(interval))
            for _ in 0..<5 {
                let due = try #require(await poller.poller.groups.first { $0.count > 0 }).nextTick
                try redis.command("SET", "job:1:changed", "1")
                _ = await poller.poller.turn(due + -1)
                #expect(try redis.command("EXISTS", "job:1:changed").integer == 1)
                let next = await poller.poller.turn(due)
                #expect(try redis.command("EXISTS", "job:1:changed").integer == 0)
                #expect(next <= due + Milliseconds(Int64(interval)))
            }
        }
    }
}
