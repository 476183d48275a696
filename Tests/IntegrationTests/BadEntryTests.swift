import Redis
import SQLite
import Testing

/// What writers get wrong.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadEntryTests {
    static let badEntries: [(entry: [UInt8], reason: String)] =
        [
            (#"{"id":"a""#, "not-json"), ("", "not-json"), ("title=Hello", "not-json"),
            (#"{"n":01}"#, "not-json"), (#"{"id":"a"} {"id":"b"}"#, "not-json"),
            ("[1,2]", "not-an-object"), (#""text""#, "not-an-object"), ("null", "not-an-object"),
            (#"{"t":"\#(String(repeating: "x", count: 2000))"}"#, "too-large"),
            (#"{"t":"# + String(repeating: "[", count: 128) + String(repeating: "]", count: 128) + "}", "too-deep"),
            (#"{"id":" a"}"#, "bad-id"), (#"{"id":"a\n"}"#, "bad-id"), (#"{"id":true}"#, "bad-id"),
            (#"{"id":1.5}"#, "bad-id"), (#"{"id":["a"]}"#, "bad-id"),
            (#"{"id":"\#(String(repeating: "i", count: 257))"}"#, "bad-id"),
        ].map { (Array($0.0.utf8), $0.1) }
        + [(Array(#"{"t":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8), "invalid-utf8")]

    @Test func `a bad entry is set aside whole, and what follows flows`() throws {
        let bridge = try FlagpoleProcess(["poll": ["max_notification_bytes": 1024]])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        for (index, bad) in Self.badEntries.enumerated() {
            let push = ["RPUSH", "notifications:user:42"].map { Array($0.utf8) }
            try redis.command(bytes: push + [bad.entry, Array(#"{"id":"n\#(index)"}"#.utf8)])
        }
        try redis.command("SET", "user:42:has_new_notification", "1")
        #expect(try stream.ids(Self.badEntries.count) == Self.badEntries.indices.map { "n\($0)" })

        let rows = try bridge.database().prepare("SELECT feed, entry, reason FROM quarantine ORDER BY seq")
        for (entry, reason) in Self.badEntries {
            try #require(try rows.step())
            #expect(rows.string(0) == "user:42")
            #expect(rows.withBytes(1) { Array($0) } == entry)
            #expect(rows.string(2) == reason, "\(String(decoding: entry.prefix(40), as: UTF8.self))")
        }
        #expect(try !rows.step())
        try eventually("the count") {
            try bridge.metric(#"flagpole_entries_total{result="quarantined"}"#) == Double(Self.badEntries.count)
        }
    }

    @Test func `the deepest entry that is allowed arrives`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let nested = String(repeating: "[", count: 127) + String(repeating: "]", count: 127)
        try bridge.redis().push(#"{"id":"deep","t":\#(nested)}"#, to: "user:42")
        #expect(try stream.ids(1) == ["deep"])
    }

    @Test func `a list key of the wrong type stops no other feed, and is read once it is a list`() throws {
        let bridge = try FlagpoleProcess(["poll": ["reconcile_interval_ms": 200]])
        let redis = try bridge.redis()
        try redis.command("SET", "notifications:user:1", "not a list")
        let wrong = try bridge.liveStream("feed=user:1")
        let right = try bridge.liveStream("feed=user:2")
        for number in 1...3 {
            try redis.command("SET", "user:1:has_new_notification", "1")
            try redis.push(#"{"id":"n\#(number)"}"#, to: "user:2")
            #expect(try right.ids(1) == ["n\(number)"])
        }
        try eventually("the count") { try bridge.redisErrors() > 0 }
        #expect(bridge.log.contains("user:1"))

        try redis.command("DEL", "notifications:user:1")
        try redis.push(#"{"id":"a"}"#, to: "user:1")
        #expect(try wrong.ids(1) == ["a"])
    }

    @Test func `a flag of the wrong type stops no other feed, and its list is read all the same`() throws {
        let bridge = try FlagpoleProcess(["poll": ["reconcile_interval_ms": 200]])
        let redis = try bridge.redis()
        try redis.command("RPUSH", "user:1:has_new_notification", "not a string")
        let wrong = try bridge.liveStream("feed=user:1")
        let right = try bridge.liveStream("feed=user:2")
        for number in 1...3 {
            try redis.command("RPUSH", "notifications:user:1", #"{"id":"n\#(number)"}"#)
            try redis.push(#"{"id":"n\#(number)"}"#, to: "user:2")
            #expect(try right.ids(1) == ["n\(number)"])
            #expect(try wrong.ids(1) == ["n\(number)"])
        }
    }

    @Test(arguments: ["0", "false", ""])
    func `a flag that says no is not up, and stays`(value: String) throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:1")
        let other = try bridge.liveStream("feed=user:2")
        let redis = try bridge.redis()
        try redis.command("SET", "user:1:has_new_notification", value)
        for number in 1...5 {
            try redis.push(#"{"id":"n\#(number)"}"#, to: "user:2")
            #expect(try other.ids(1) == ["n\(number)"])
        }
        #expect(try redis.command("GET", "user:1:has_new_notification").string == value)
        #expect(try redis.command("EXISTS", "user:1:has_new_notification").integer == 1)

        try redis.push(#"{"id":"a"}"#, to: "user:1")
        #expect(try stream.ids(1) == ["a"])
    }
}

extension FlagpoleProcess {
    /// All errors of Redis that were counted.
    fileprivate func redisErrors() throws -> Double {
        let lines = try get("/metrics").text.split(separator: "\n")
        return lines.filter { $0.hasPrefix("flagpole_redis_errors_total{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }
}
