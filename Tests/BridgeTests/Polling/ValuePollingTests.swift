import Feeds
import Redis
import Testing

@testable import Bridge

/// Strings of a kind with the source `value`: one that went by itself, and comes again alike, is news.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ValuePollingTests {
    private let redis: RedisServer
    private let store: TestStore

    init() throws {
        redis = try RedisServer()
        store = try TestStore()
    }

    /// Where somebody watches nothing but looks at the string brings news; where nobody does, sweeps find it.
    private func run(isWatched: Bool = true, _ body: (inout DrivenPoller) async throws -> Void) async throws {
        var settings = Configuration()
        settings.kinds.append(.test("mail") { $0.source = .value })
        settings.poll.reconcileIntervalMilliseconds = isWatched ? 86_400_000 : 1000
        settings.poll.sweepIntervalMilliseconds = isWatched ? 604_800_000 : 10_000
        try await DrivenPoller.run(settings, redis, store) { poller in
            if isWatched { await poller.poller.watch([try FeedName(of: "mail:1")]) }
            try await poller.pass(1, each: 1000)
            try await body(&poller)
        }
    }

    /// Has a sweep find the string.
    private func sweep(_ poller: inout DrivenPoller) async throws { try await poller.pass(25, each: 1000) }

    private func set() throws { try redis.command("SET", "mail:1", #"[{"n":1}]"#) }
    private func vanish() throws { try redis.command("UNLINK", "mail:1") }
    private var isThere: Bool { get throws { try redis.command("EXISTS", "mail:1").integer == 1 } }
    private var stored: Int64? {
        get throws { try store.connect().scalarInt("SELECT count(*) FROM notifications") }
    }

    @Test(arguments: [false, true])
    func `a string that could not be deleted and expired is news when it is set again`(isCounted: Bool) async throws {
        // Another string has the values of all asked for, instead of how many there are.
        if isCounted { try redis.command("SET", "mail:2", "0") }
        try redis.command("ACL", "SETUSER", "default", "-del")
        try await run { poller in
            if isCounted { await poller.poller.watch([try FeedName(of: "mail:2")]) }
            try set()
            try await poller.pass(2, each: 1000)
            #expect(try isThere && stored == 1)
            try vanish()
            try await poller.pass(1, each: 1000)
            try set()
            try await poller.pass(2, each: 1000)
            #expect(try stored == 2)
        }
    }

    @Test func `a string that another bridge deletes is news when it is set again`() async throws {
        try redis.command("SET", "flagpole:bridge", "another")
        try await run { poller in
            for round in 1...3 {
                try set()
                try await poller.pass(2, each: 1000)
                #expect(try stored == Int64(round))
                try vanish()
                try await poller.pass(1, each: 1000)
            }
        }
    }

    @Test func `a string that expired while the bridge was away is news when it is set again`() async throws {
        try redis.command("ACL", "SETUSER", "default", "-del")
        try await run { poller in
            try set()
            try await poller.pass(2, each: 1000)
            #expect(try isThere && stored == 1)
        }
        try vanish()
        try redis.command("ACL", "SETUSER", "default", "+del")
        try await run { poller in
            try set()
            try await poller.pass(2, each: 1000)
            #expect(try stored == 2)
            #expect(try !isThere)
        }
    }

    @Test(arguments: [true, false])
    func `a string that was left where it is and expired while nobody watched is news when it is set again`(
        isRefused: Bool
    ) async throws {
        if isRefused {
            try redis.command("ACL", "SETUSER", "default", "-del")
        } else {
            try redis.command("SET", "flagpole:bridge", "another")
        }
        try await run(isWatched: false) { poller in
            for round in 1...3 {
                try set()
                try await sweep(&poller)
                #expect(try isThere && stored == Int64(round))
                try vanish()
                try await poller.pass(6, each: 1000)
                #expect(await poller.poller.feeds.count == 0)
            }
        }
    }

    @Test func `a string that can be deleted at last goes, though nobody watches`() async throws {
        try redis.command("ACL", "SETUSER", "default", "-del")
        try await run(isWatched: false) { poller in
            try set()
            try await sweep(&poller)
            #expect(try isThere)
            try redis.command("ACL", "SETUSER", "default", "+del")
            try await poller.pass(6, each: 1000)
            #expect(try !isThere && stored == 1)
            #expect(await poller.poller.feeds.count == 0)
        }
    }

    @Test func `a string that expired while nobody watched and the bridge was away is news when it is set again`()
        async throws
    {
        try redis.command("ACL", "SETUSER", "default", "-del")
        try await run(isWatched: false) { poller in
            try set()
            try await sweep(&poller)
            #expect(try isThere && stored == 1)
        }
        try vanish()
        try redis.command("ACL", "SETUSER", "default", "+del")
        try await run(isWatched: false) { poller in
            try set()
            try await sweep(&poller)
            #expect(try !isThere && stored == 2)
        }
    }
}
