import Redis
import Testing

@testable import Bridge

struct FlagLoweringTests {
    private let redis: RedisServer

    init() throws { redis = try RedisServer() }

    private func lower(_ flags: [(String, String)]) throws -> RedisReply {
        FlagLowering.append(flags.map { ($0.0, Array($0.1.utf8)) }, to: redis.connection)
        return try redis.connection.readReply()
    }

    @Test func `flags that hold what was seen are lowered`() throws {
        for key in ["a", "b"] { try redis.command("SET", key, "1") }
        let reply = try lower([("a", "1"), ("b", "1")])
        #expect(reply.count == 2 && (0..<2).allSatisfy { reply.element($0).serverError == nil })
        #expect(try redis.command("EXISTS", "a", "b").integer == 0)
    }

    @Test func `a flag that was raised anew, or is gone, is left as it is`() throws {
        try redis.command("SET", "changed", "2")
        let reply = try lower([("changed", "1"), ("gone", "1")])
        #expect((0..<2).allSatisfy { reply.element($0).serverError == nil })
        #expect(try redis.command("GET", "changed").string == "2")
        #expect(try redis.command("EXISTS", "gone").integer == 0)
    }

    @Test func `a key of another type does not keep the others up`() throws {
        try redis.command("SET", "a", "1")
        try redis.command("RPUSH", "list", "1")
        try redis.command("SET", "b", "1")
        let reply = try lower([("a", "1"), ("list", "1"), ("b", "1")])
        #expect((0..<3).map { reply.element($0).serverError?.code } == [nil, "WRONGTYPE", nil])
        #expect(try redis.command("EXISTS", "a", "b", "list").integer == 1)
        #expect(try redis.list("list") == ["1"])
    }

    @Test func `keys and values may hold any bytes`() throws {
        let value: [UInt8] = [0, 0x0D, 0x0A, 0xFF, 0x22, 0x5C]
        let key = "k\u{0} \r\n\"é"
        redis.connection.append([Array("SET".utf8), Array(key.utf8), value])
        _ = try redis.connection.readReply()
        FlagLowering.append([(key, value)], to: redis.connection)
        #expect(try redis.connection.readReply().element(0).serverError == nil)
        #expect(try redis.command("DBSIZE").integer == 0)
    }

    @Test func `a server that is out of memory still lowers flags`() throws {
        try redis.command("SET", "a", "1")
        try redis.command("CONFIG", "SET", "maxmemory", "1")
        #expect(try lower([("a", "1")]).element(0).serverError == nil)
        #expect(try redis.command("EXISTS", "a").integer == 0)
    }

    @Test func `a server that takes no writes says so for the flags that it keeps up`() throws {
        try redis.command("SET", "a", "1")
        try redis.command("CONFIG", "SET", "min-replicas-to-write", "1")
        let reply = try lower([("a", "1"), ("gone", "1")])
        #expect(reply.serverError == nil)
        #expect((0..<reply.count).map { reply.element($0).serverError?.code } == ["NOREPLICAS", nil])
        #expect(try redis.command("EXISTS", "a").integer == 1)
    }
}
