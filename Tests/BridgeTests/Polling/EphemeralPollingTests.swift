import Feeds
import Redis
import Synchronization
import Testing

@testable import Bridge

/// Lists of a kind that is ephemeral: what is pushed while a feed is watched is passed on, and nothing is stored.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct EphemeralPollingTests {
    private static let feed = "typing:1"
    private static let list = "typing:1"

    private let redis: RedisServer
    private let store: TestStore
    private let passed = Passed()

    init() throws {
        redis = try RedisServer()
        store = try TestStore()
    }

    private func run(
        flag: Bool = true, reconciling interval: Int = 30_000, _ body: (inout DrivenPoller) async throws -> Void
    ) async throws {
        var settings = Configuration()
        settings.poll.reconcileIntervalMilliseconds = interval
        settings.kinds.append(
            .test("typing") {
                $0.isEphemeral = true
                if !flag { $0.source = .list }
            })
        try await DrivenPoller.run(settings, redis, store) { poller in
            await poller.poller.handOver(to: [
                { [passed] batch, done in
                    passed.add(batch)
                    done()
                }
            ])
            try await body(&poller)
        }
        let rows = try store.connect().scalarInt(
            "SELECT (SELECT count(*) FROM notifications) + (SELECT count(*) FROM feeds)")
        #expect(rows == 0)
    }

    private func push(_ ids: String...) throws {
        for id in ids { try redis.command("RPUSH", Self.list, #"{"id":"\#(id)"}"#) }
    }

    private func push(_ numbers: Range<Int>) throws {
        redis.connection.append(["RPUSH", Self.list] + numbers.map { "{\"id\":\"\($0)\"}" })
        _ = try redis.connection.readReply()
    }

    private func raise() throws { try redis.command("SET", "typing:1:changed", "1") }

    private func watch(_ poller: inout DrivenPoller) async throws {
        await poller.poller.watch([try FeedName(of: Self.feed)])
        try await poller.pass(1, each: 1000)
    }

    @Test(arguments: [true, false])
    func `what is pushed while somebody watches is passed on, and nothing older`(flag: Bool) async throws {
        try await run(flag: flag) { poller in
            try push("old")
            if flag { try raise() }
            try await watch(&poller)
            #expect(passed.ids.isEmpty)
            try push("a", "b")
            if flag { try raise() }
            try await poller.pass(2, each: 1000)
            #expect(passed.ids == ["a", "b"])
            // Nobody watches for a while.
            await poller.poller.unwatch([try FeedName(of: Self.feed)])
            try push("c")
            if flag { try raise() }
            try await poller.pass(2, each: 1000)
            try await watch(&poller)
            try push("d")
            if flag { try raise() }
            try await poller.pass(2, each: 1000)
            #expect(passed.ids == ["a", "b", "d"])
        }
    }

    @Test func `a list that is trimmed, has expired or was begun anew is read on`() async throws {
        try await run { poller in
            try push("old")
            try await watch(&poller)
            for number in 0..<30 {
                try push("t\(number)")
                try redis.command("LTRIM", Self.list, "-5", "-1")
                try raise()
                try await poller.pass(1, each: 1000)
            }
            #expect(passed.ids == (0..<30).map { "t\($0)" })
            try redis.command("DEL", Self.list)
            try push("x", "y")
            try raise()
            try await poller.pass(1, each: 1000)
            #expect(passed.ids.suffix(2) == ["x", "y"])
            // All that it was read of is gone, between two readings.
            try redis.command("DEL", Self.list)
            try raise()
            try await poller.pass(1, each: 1000)
            try push("z")
            try raise()
            try await poller.pass(1, each: 1000)
            #expect(passed.ids.suffix(3) == ["x", "y", "z"])
        }
    }

    @Test func `many are passed on in their order`() async throws {
        try await run { poller in
            try push("old")
            try await watch(&poller)
            try push(0..<1000)
            try raise()
            try await poller.pass(1, each: 1000)
            #expect(passed.ids == (0..<1000).map(String.init))
        }
    }

    @Test func `what is pushed while Redis cannot be reached is old`() async throws {
        try await run { poller in
            try await watch(&poller)
            try push("a")
            try redis.command("CLIENT", "KILL", "TYPE", "normal")
            try await poller.turn(2)
            try await poller.pass(3, each: 1000)
            #expect(passed.ids.isEmpty)
            try push("b")
            try raise()
            try await poller.pass(2, each: 1000)
            #expect(passed.ids == ["b"])
        }
    }

    @Test func `no more is read than event loops have passed on, but for a little`() async throws {
        try await run { poller in
            let held = Held()
            await poller.poller.handOver(to: [{ held.add($0, $1) }])
            try await watch(&poller)
            try push(0..<4000)
            try raise()
            try await poller.turn(80)
            #expect(held.count == 2048)
            held.release()
            try await poller.turn(20)
            #expect(held.count == 4000)
            held.release()
            try await poller.pass(1, each: 1000)
        }
    }

    @Test func `what comes to a list that was of another type is new`() async throws {
        try await run(reconciling: 1000) { poller in
            try redis.command("SET", Self.list, "x")
            try await watch(&poller)
            try redis.command("DEL", Self.list)
            try push("a", "b")
            try await poller.pass(10, each: 1000)
            #expect(passed.ids == ["a", "b"])
        }
    }

    @Test func `what is no entry is counted and gone, and what stands behind it flows on`() async throws {
        try await run { poller in
            try await watch(&poller)
            try redis.command("RPUSH", Self.list, "no", "[]", #"{"id":"a","event":"typing"}"#, #"{"n":1}"#)
            try raise()
            try await poller.pass(1, each: 1000)
            #expect(passed.ids == ["a", nil] && passed.entries.map(\.event) == ["typing", nil])
            let telemetry = await poller.poller.telemetry
            #expect(telemetry.entriesDiscarded.value == 2 && telemetry.entriesEphemeral.value == 2)
            #expect(try store.connect().scalarInt("SELECT count(*) FROM quarantine") == 0)
        }
    }

    @Test func `the sweep passes over lists that nobody watches`() async throws {
        try await run { poller in
            try push("a")
            try await poller.pass(5, each: 600_000)
            #expect(passed.ids.isEmpty)
        }
    }

    @Test func `whoever asks where a list ends is told when it is known, or when that takes too long`() async throws {
        let answers = Mutex(0)
        try await run { poller in
            await poller.poller.watch([try FeedName(of: Self.feed)])
            await poller.poller.whenPositioned([try FeedName(of: Self.feed)]) { answers.withLock { $0 += 1 } }
            #expect(answers.withLock { $0 } == 0)
            try await poller.pass(1, each: 20)
            #expect(answers.withLock { $0 } == 1)
        }
    }
}

/// What a poller passed on.
private final class Passed: Sendable {
    private let state = Mutex<[EphemeralEntry]>([])

    func add(_ batch: EphemeralBatch) { state.withLock { $0 += batch.entries } }

    var entries: [EphemeralEntry] { state.withLock { $0 } }
    var ids: [String?] { entries.map(\.id) }
}

/// An event loop that is slow: what it was handed, until a test says that it was passed on.
private final class Held: Sendable {
    private let state = Mutex<(count: Int, answers: [@Sendable () -> Void])>((0, []))

    func add(_ batch: EphemeralBatch, _ done: @escaping @Sendable () -> Void) {
        state.withLock {
            $0.count += batch.entries.count
            $0.answers.append(done)
        }
    }

    func release() {
        let answers = state.withLock { state in
            defer { state.answers.removeAll() }
            return state.answers
        }
        for answer in answers { answer() }
    }

    var count: Int { state.withLock { $0.count } }
}
