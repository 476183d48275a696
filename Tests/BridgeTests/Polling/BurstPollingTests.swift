import Dispatch
import Feeds
import Reactor
import Redis
import Testing

@testable import Bridge

/// More news at once than the store has room for.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct BurstPollingTests {
    private let redis: RedisServer
    private let store: TestStore

    init() throws {
        redis = try RedisServer()
        store = try TestStore()
    }

    private func count(_ table: String = "notifications") throws -> Int64? {
        try store.connect().scalarInt("SELECT count(*) FROM \(table)")
    }

    /// Pushes an entry to each of these feeds and raises their flags.
    private func push(_ users: Range<Int>, _ entry: String = #"{"n":1}"#) throws {
        for user in users { redis.connection.append("RPUSH", "notifications:user:\(user)", entry) }
        for _ in users { _ = try redis.connection.readReply() }
        redis.connection.append(["MSET"] + users.flatMap { ["user:\($0):has_new_notification", "1"] })
        _ = try redis.connection.readReply()
    }

    private func users(_ range: Range<Int>) throws -> [FeedName] {
        try range.map { try FeedName(of: "user:\($0)") }
    }

    /// Keeps the store busy until the semaphore is signalled.
    private func hold(_ poller: DrivenPoller) -> DispatchSemaphore {
        let semaphore = DispatchSemaphore(value: 0)
        poller.running.writer.post(on: poller.running.writer.executor) { _ in semaphore.wait() }
        return semaphore
    }

    @Test func `flags that the store had no room for are gone on with at once, not an interval later`() async throws {
        var settings = Configuration()
        settings.poll.intervalMilliseconds = 60_000
        settings.poll.reconcileIntervalMilliseconds = 86_400_000
        try await DrivenPoller.run(settings, redis, store) { poller in
            await poller.poller.watch(try users(0..<3000))
            try await poller.pass(1, each: 1000)
            try push(0..<3000)
            try await poller.pass(1, each: 60_000)
            #expect(try count() == 3000)
        }
    }

    @Test func `a feed that goes while its flag waits leaves nothing to the one that gets its slot`() async throws {
        var settings = Configuration()
        settings.poll.reconcileIntervalMilliseconds = 86_400_000
        settings.kinds.append(.test("feed") { $0.source = .list })
        try await DrivenPoller.run(settings, redis, store) { poller in
            await poller.poller.watch(try users(0..<3000))
            try await poller.pass(1, each: 1000)
            try push(0..<3000)
            let held = hold(poller)
            _ = await poller.poller.turn(.now + 7_200_000)
            #expect(await !poller.poller.raised.isEmpty)
            await poller.poller.unwatch(try users(0..<3000))
            await poller.poller.watch(try (0..<900).map { try FeedName(of: "feed:\($0)") })
            held.signal()
            try redis.command("RPUSH", "feed:1", #"{"n":1}"#)
            try await poller.pass(2, each: 1000)
            #expect(try store.connect().scalarInt("SELECT count(*) FROM notifications WHERE feed = 'feed:1'") == 1)
            // What nobody watches any more keeps its flag.
            redis.connection.append(["EXISTS"] + (0..<3000).map { "user:\($0):has_new_notification" })
            #expect(try redis.connection.readReply().integer == 3000 - 8 * 256)
        }
    }

    @Test func `large lists wait for room in the store, however many were asked for at once`() async throws {
        let entry = String(repeating: "x", count: 65_536)
        try await DrivenPoller.run(Configuration(), redis, store) { poller in
            await poller.poller.watch(try users(0..<12))
            try await poller.pass(1, each: 1000)
            for _ in 0..<17 { try push(0..<12, entry) }
            let held = hold(poller)
            _ = await poller.poller.turn(.now + 7_200_000)
            #expect(await poller.poller.batchesUnderWay == Poller.maximumBatchesUnderWay)
            held.signal()
            try await poller.pass(1, each: 7_200_000)
            #expect(try count("quarantine") == 12 * 17)
        }
    }

    /// How many lists Redis was asked for since its statistics were reset.
    private var listsRead: Int {
        get throws {
            let statistics = try redis.command("INFO", "commandstats").string
            return statistics.firstMatch(of: /cmdstat_lrange:calls=(\d+)/).flatMap { Int($0.1) } ?? 0
        }
    }

    @Test func `of lists that all grow large after a quiet time few are asked for at once`() async throws {
        var settings = Configuration()
        settings.poll.reconcileIntervalMilliseconds = 86_400_000
        let entry = String(repeating: "x", count: 65_536)
        try await DrivenPoller.run(settings, redis, store) { poller in
            await poller.poller.watch(try users(0..<200))
            for user in 0..<8 {
                try push(user..<user + 1)
                try await poller.pass(1, each: 1000)
            }
            for _ in 0..<4 { try push(0..<200, entry) }
            try redis.command("CONFIG", "RESETSTAT")
            let held = hold(poller)
            _ = await poller.poller.turn(.now + 7_200_000)
            #expect(try (16...64).contains(listsRead))
            held.signal()
            try await poller.pass(2, each: 7_200_000)
            #expect(try count("quarantine") == 800)
        }
    }

    @Test func `feeds that come and go while Redis is away leave nothing behind`() async throws {
        try await DrivenPoller.run(Configuration(), redis, store) { poller in
            try await poller.turn(2)
            redis.connection.append("SHUTDOWN", "NOSAVE")
            _ = try? redis.connection.readReply()
            for round in 0..<5 {
                let feeds = try users(round * 100..<round * 100 + 100)
                await poller.poller.watch(feeds)
                try await poller.turn(20)
                await poller.poller.unwatch(feeds)
            }
            await poller.poller.watch(try users(7..<8))
            try await poller.turn(200)
            #expect(await poller.poller.feeds.count == 1)
            #expect(await poller.poller.toRead.isEmpty)
        }
    }
}
