import Feeds
import Redis
import Testing

@testable import Bridge

/// Flags of broadcast events, as the poller sees them.
@Suite(.timeLimit(.minutes(2)))
struct EventFlagTests {
    private let redis: RedisServer
    private let store: TestStore
    private var settings = Configuration()

    init() throws {
        redis = try RedisServer()
        store = try TestStore()
        settings.redis.prefix = "app:"
        settings.events = [
            BroadcastFlag(event: "deploy", key: "event:deploy"), BroadcastFlag(event: "sale", key: "event:sale"),
        ]
    }

    private func run(_ body: (inout DrivenPoller) async throws -> Void) async throws {
        try await DrivenPoller.run(settings, redis, store) { poller in
            try await poller.turn(1)
            try await body(&poller)
        }
    }

    /// Names and values of the events that were stored.
    private func events(_ poller: DrivenPoller) -> [String] {
        poller.running.broadcasts.map { broadcast in
            let value = String(decoding: broadcast.event.data, as: UTF8.self).split(separator: #""value":"#)[1]
            return "\(broadcast.event.name) \(value.dropLast())"
        }
    }

    @Test func `a flag stays up while no stream asks, and is lowered once one does`() async throws {
        try await run { poller in
            try redis.command("SET", "app:event:deploy", "v2")
            try await poller.pass(3, each: 1000)
            #expect(events(poller).isEmpty)
            #expect(try redis.command("GET", "app:event:deploy").string == "v2")

            await poller.poller.watch([.broadcasts])
            try await poller.pass(2, each: 1000)
            #expect(events(poller) == [#"deploy "v2""#])
            #expect(try redis.command("EXISTS", "app:event:deploy").integer == 0)

            await poller.poller.unwatch([.broadcasts])
            try redis.command("SET", "app:event:deploy", "v3")
            try await poller.pass(3, each: 1000)
            #expect(events(poller).count == 1)
        }
    }

    @Test func `a value set twice between two looks is one event, and after that the same value is another`()
        async throws
    {
        try await run { poller in
            await poller.poller.watch([.broadcasts])
            try redis.command("SET", "app:event:sale", "1")
            try redis.command("SET", "app:event:sale", "1")
            try await poller.pass(3, each: 1000)
            #expect(events(poller) == ["sale 1"])
            try redis.command("SET", "app:event:sale", "1")
            try await poller.pass(3, each: 1000)
            #expect(events(poller) == ["sale 1", "sale 1"])
        }
    }

    @Test func `a hash as CodeIgniter's cache writes it is a flag as well`() async throws {
        try await run { poller in
            await poller.poller.watch([.broadcasts])
            try redis.command("HSET", "app:event:sale", "__ci_type", "string", "__ci_value", "spring")
            try redis.command("HSET", "app:event:deploy", "__ci_type", "boolean", "__ci_value", "")
            try await poller.pass(3, each: 1000)
            #expect(events(poller) == [#"sale "spring""#])
            #expect(try redis.command("EXISTS", "app:event:sale").integer == 0)
            #expect(try redis.command("EXISTS", "app:event:deploy").integer == 1)
        }
    }

    @Test(arguments: ["", "0", "false"])
    func `a value that says no is left as it is`(value: String) async throws {
        try await run { poller in
            await poller.poller.watch([.broadcasts])
            try redis.command("SET", "app:event:sale", value)
            try await poller.pass(3, each: 1000)
            #expect(events(poller).isEmpty)
            #expect(try redis.command("EXISTS", "app:event:sale").integer == 1)
        }
    }

    @Test func `a key of another type is reported and keeps no other event up`() async throws {
        try await run { poller in
            await poller.poller.watch([.broadcasts])
            try redis.command("RPUSH", "app:event:sale", "1")
            try redis.command("SET", "app:event:deploy", "1")
            try await poller.pass(3, each: 1000)
            #expect(events(poller) == ["deploy 1"])
            #expect(poller.running.telemetry.redisErrors("wrongtype").value > 0)
            #expect(try redis.command("TYPE", "app:event:sale").string == "list")
        }
    }

    @Test func `a key that is not allowed is reported and keeps no other event up`() async throws {
        try await run { poller in
            try redis.command("ACL", "SETUSER", "default", "resetkeys", "~app:event:sale", "~app:flagpole:bridge")
            await poller.poller.watch([.broadcasts])
            for _ in 0..<2 {
                try redis.command("SET", "app:event:sale", "1")
                try await poller.pass(4, each: 1000)
            }
            #expect(events(poller) == ["sale 1", "sale 1"])
            #expect(poller.running.telemetry.redisErrors("noperm").value > 0)
            // It may be allowed later.
            try redis.command("ACL", "SETUSER", "default", "allkeys")
            try redis.command("SET", "app:event:deploy", "1")
            try await poller.pass(40, each: 1000)
            #expect(events(poller).last == "deploy 1")
        }
    }

    @Test func `a key that may only be read keeps no other flag up`() async throws {
        try await run { poller in
            try redis.command("SET", "app:event:deploy", "1")
            try redis.command("SET", "app:event:sale", "1")
            try redis.command(
                "ACL", "SETUSER", "default", "resetkeys", "~app:event:sale", "%R~app:event:deploy", "~app:flagpole:*")
            await poller.poller.watch([.broadcasts])
            try await poller.pass(3, each: 1000)
            #expect(events(poller) == ["deploy 1", "sale 1"])
            #expect(try redis.command("EXISTS", "app:event:sale").integer == 0)
            #expect(try redis.command("EXISTS", "app:event:deploy").integer == 1)
        }
    }

    @Test func `a flag that cannot be lowered is told once, until it changes`() async throws {
        try await run { poller in
            await poller.poller.watch([.broadcasts])
            try redis.command("SET", "app:event:sale", "1")
            try redis.command("CONFIG", "SET", "min-replicas-to-write", "1")
            try await poller.pass(12, each: 1000)
            #expect(events(poller) == ["sale 1"])
            try redis.command("CONFIG", "SET", "min-replicas-to-write", "0")
            try redis.command("SET", "app:event:sale", "2")
            try await poller.pass(12, each: 1000)
            #expect(events(poller) == ["sale 1", "sale 2"])
            #expect(try redis.command("EXISTS", "app:event:sale").integer == 0)
        }
    }

    @Test func `what the store does not take stays up until it does`() async throws {
        let application = try store.connect()
        try application.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'poisoned'); END")
        try await run { poller in
            await poller.poller.watch([.broadcasts])
            try redis.command("SET", "app:event:sale", "1")
            try await poller.turn(8)
            #expect(events(poller).isEmpty)
            #expect(try redis.command("GET", "app:event:sale").string == "1")
            try application.execute("DROP TRIGGER poison")
            try await poller.pass(2, each: 6000)
            #expect(events(poller) == ["sale 1"])
            #expect(try redis.command("EXISTS", "app:event:sale").integer == 0)
        }
    }

    @Test func `the flags are another bridge's while that has the lease`() async throws {
        try redis.command("SET", "app:flagpole:bridge", "another", "PX", "3600000")
        try await run { poller in
            await poller.poller.watch([.broadcasts])
            try redis.command("SET", "app:event:sale", "1")
            try await poller.pass(4, each: 1000)
            #expect(events(poller).isEmpty)
            #expect(try redis.command("GET", "app:event:sale").string == "1")
        }
    }
}
