import Foundation
import Redis
import SQLite
import Testing

/// Lists that are not only pushed to.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ChangedListTests {
    private static let list = "notifications:user:42"

    /// A bridge and a stream that had `entries`.
    private func scene(
        _ entries: [String], _ poll: [String: Int] = WriterRaceTests.flagsOnly
    ) throws -> (FlagpoleProcess, EventStreamClient, RedisConnection) {
        let bridge = try FlagpoleProcess(["poll": poll])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        try redis.push(entries, to: "user:42")
        #expect(try stream.notifications(entries.count).map(\.data) == entries)
        return (bridge, stream, redis)
    }

    private static func entries(_ numbers: some Sequence<Int>) -> [String] { numbers.map { #"{"n":\#($0)}"# } }

    @Test(arguments: [
        [["LPOP", list, "1"]], [["LPOP", list, "8"]], [["LREM", list, "1", #"{"n":0}"#]],
        [["LREM", list, "1", #"{"n":5}"#]], [["LREM", list, "1", #"{"n":8}"#], ["LPOP", list, "2"]],
        [["LREM", list, "1", #"{"n":2}"#], ["LREM", list, "1", #"{"n":3}"#], ["LREM", list, "1", #"{"n":7}"#]],
    ])
    func `entries without ids that were taken away bring none of the others again`(commands: [[String]]) throws {
        let (bridge, stream, redis) = try scene(Self.entries(0..<10))
        for command in commands { #expect(try redis.command(bytes: command.map { Array($0.utf8) }).kind != .nil) }
        for number in 10..<13 {
            try redis.push(Self.entries(number...number), to: "user:42")
            #expect(try stream.notifications(1).map(\.data) == Self.entries(number...number))
        }
        #expect(try bridge.database().texts("SELECT body FROM notifications ORDER BY seq") == Self.entries(0..<13))
    }

    @Test func `a long list of entries without ids that is thinned out, or trimmed far, brings none of them again`()
        throws
    {
        let (bridge, stream, redis) = try scene(Self.entries(0..<5000))
        try redis.command("LREM", Self.list, "-1", #"{"n":4996}"#)
        try redis.push(Self.entries(5000..<5001), to: "user:42")
        #expect(try stream.notifications(1).map(\.data) == Self.entries(5000..<5001))

        bridge.signal(SIGSTOP)
        try redis.push(Self.entries(5001..<10_000), to: "user:42")
        try redis.command("LTRIM", Self.list, "-5100", "-1")
        bridge.signal(SIGCONT)
        #expect(try stream.notifications(4999).map(\.data) == Self.entries(5001..<10_000))
        #expect(try bridge.database().scalarInt("SELECT count(*) FROM notifications") == 10_000)
    }

    @Test(arguments: [["RPOP", list, "1"], ["RPOP", list, "3"], ["LREM", list, "0", #"{"id":9}"#], ["DEL", list]])
    func `entries with ids bring none of the others again, even where the last ones went`(command: [String]) throws {
        func entries(_ numbers: some Sequence<Int>) -> [String] { numbers.map { #"{"id":\#($0)}"# } }
        let (bridge, stream, redis) = try scene(entries(0..<10))
        try redis.command(bytes: command.map { Array($0.utf8) })
        for number in 10..<13 {
            try redis.push(entries(number...number), to: "user:42")
            #expect(try stream.notifications(1).map(\.data) == entries(number...number))
        }
        #expect(try bridge.database().texts("SELECT body FROM notifications ORDER BY seq") == entries(0..<13))
    }

    @Test(arguments: [
        // The list as it was, as it is rebuilt, and what is new on it.
        ("abc", "xyc", "xy"), ("abc", "xycd", "xyd"), ("abc", "aycd", "yd"), ("abc", "cab", ""), ("abc", "cabd", "d"),
        ("abcdefghijkl", "xbcdefghijklm", "xm"), ("abcdefghijkl", "xyzuvwijklmn", "xyzuvwmn"),
        ("abcdefghijkl", "lkjihgfedcbam", "m"), ("a", "ba", "b"), ("a", "bac", "bc"), ("ab", "b", ""), ("ab", "bb", ""),
    ])
    func `of a list that is rebuilt what is new arrives, also where known entries stand again`(
        before: String, after: String, new: String
    ) throws {
        func entries(_ ids: String) -> [String] { ids.map { #"{"id":"\#($0)"}"# } }
        let (_, stream, redis) = try scene(entries(before))
        try redis.command("MULTI")
        try redis.command("DEL", Self.list)
        try redis.push(entries(after), to: "user:42")
        try redis.command("EXEC")
        #expect(try stream.notifications(new.count).map(\.data) == entries(new))
        try redis.push(entries("!"), to: "user:42")
        #expect(try stream.notifications(1).map(\.data) == entries("!"))
    }

    @Test func `after a list has expired equal entries are news`() throws {
        let (bridge, stream, redis) = try scene(Self.entries(0..<3), ["reconcile_interval_ms": 100])
        let database = try bridge.database()
        for _ in 0..<3 {
            try redis.command("PEXPIRE", Self.list, "1")
            try eventually("the end of the list is noticed") {
                try database.scalarInt("SELECT position FROM feeds WHERE name = 'user:42'") == 0
            }
            try redis.push(Self.entries(0..<3), to: "user:42")
            #expect(try stream.notifications(3).map(\.data) == Self.entries(0..<3))
        }
        #expect(try database.scalarInt("SELECT count(*) FROM notifications") == 12)
    }

    @Test func `what its reader deleted does not come back, whatever becomes of the list and the bridge`() throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        let redis = try server.connect()
        let stream = try bridge.liveStream("feed=user:42")
        let entries = ["a", "b", "c"].map { #"{"id":"\#($0)"}"# }
        try redis.push(entries, to: "user:42")
        #expect(try stream.notifications(3).map(\.data) == entries)

        try bridge.database(.readWrite).execute("DELETE FROM notifications WHERE id = 'b'")
        try redis.command("DEL", Self.list)
        try redis.push(entries + [#"{"id":"d"}"#], to: "user:42")
        #expect(try stream.ids(1) == ["d"])
        #expect(try bridge.stop() == 0)
        try redis.command("DEL", Self.list)
        try redis.push([entries[1], #"{"id":"e"}"#, entries[1]], to: "user:42")
        try bridge.start()
        #expect(try bridge.stream("feed=user:42").notifications(4).map(\.notificationID) == ["a", "c", "d", "e"])
        let ids = try bridge.database().texts("SELECT id FROM notifications ORDER BY seq")
        #expect(ids == ["a", "c", "d", "e"])
    }
}
