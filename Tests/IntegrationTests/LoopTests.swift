import Redis
import SQLite
import Testing

/// From Redis to SQLite to every stream.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct LoopTests {
    /// The ways in which an application may write; all mean the same.
    enum Writing: String, CaseIterable, Sendable {
        case listThenFlag, flagThenList, transaction, flagThenListInTransaction

        func write(_ entry: String, over redis: RedisConnection) throws {
            let push = ["RPUSH", "notifications:user:42", entry]
            let raise = ["SET", "user:42:has_new_notification", "1"]
            let commands =
                switch self {
                case .listThenFlag: [push, raise]
                case .flagThenList: [raise, push]
                case .transaction: [["MULTI"], push, raise, ["EXEC"]]
                case .flagThenListInTransaction: [["MULTI"], raise, push, ["EXEC"]]
                }
            for command in commands { try redis.command(bytes: command.map { Array($0.utf8) }) }
        }
    }

    @Test(arguments: Writing.allCases)
    func `what is pushed reaches all streams of its feed, and no other`(_ writing: Writing) throws {
        let bridge = try FlagpoleProcess()
        let streams = try (0..<3).map { _ in try bridge.liveStream("feed=user:42") }
        let other = try bridge.liveStream("feed=user:43")
        let redis = try bridge.redis()

        for number in 1...3 {
            let entry = #"{"id":"n\#(number)","title":"New order"}"#
            try writing.write(entry, over: redis)
            for stream in streams { #expect(try stream.event(within: .seconds(5)).data == entry) }
        }
        try redis.push(#"{"id":"marker"}"#, to: "user:43")
        #expect(try other.ids(1) == ["marker"])
    }

    @Test func `a notification is in the database when it arrives`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        let database = try bridge.database()

        for number in 1...20 {
            try redis.push(#"{"id":"n\#(number)","n":\#(number)}"#, to: "user:42")
            let data = try stream.event().data
            let query = "SELECT body FROM notifications WHERE feed = 'user:42' AND id = 'n\(number)'"
            #expect(try database.scalarText(query) == data)
        }
    }

    @Test func `a push without a flag is found by the next comparison`() throws {
        let bridge = try FlagpoleProcess(["poll": ["reconcile_interval_ms": 200]])
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        for number in 1...3 {
            try redis.command("RPUSH", "notifications:user:42", #"{"id":"n\#(number)"}"#)
            #expect(try stream.ids(1) == ["n\(number)"])
        }
    }

    @Test func `a list that nobody watches reaches the database`() throws {
        let bridge = try FlagpoleProcess(["poll": ["sweep_interval_ms": 200]])
        let redis = try bridge.redis()
        try redis.command("RPUSH", "notifications:user:1", #"{"id":"a"}"#, #"{"id":"b"}"#)
        let database = try bridge.database()
        try eventually("the sweep") {
            try database.scalarInt("SELECT count(*) FROM notifications WHERE feed = 'user:1'") == 2
        }
        #expect(try bridge.stream("feed=user:1").untilLive().map(\.notificationID) == ["a", "b"])
    }

    @Test func `a kind of the configuration has keys of its own`() throws {
        let bridge = try FlagpoleProcess([
            "redis": ["prefix": "shop:"],
            "kinds": ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress", "poll_interval_ms": 30]],
        ])
        let stream = try bridge.liveStream("feed=job:7")
        let redis = try bridge.redis()
        try redis.command("RPUSH", "shop:job:7:progress", #"{"id":"half","percent":50}"#)
        try redis.command("SET", "shop:job:7:has_progress", "yes")
        #expect(try stream.event().data == #"{"id":"half","percent":50}"#)
        try eventually("the lowered flag") { try redis.command("EXISTS", "shop:job:7:has_progress").integer == 0 }
        #expect(try redis.command("LLEN", "shop:job:7:progress").integer == 1)
    }

    @Test func `what is pushed while the bridge is down arrives when it is back`() throws {
        let server = try RedisServer()
        let redis = try server.connect()
        let bridge = try FlagpoleProcess(redis: server)
        let stream = try bridge.liveStream("feed=user:42")
        try redis.push(#"{"id":"before"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["before"])
        #expect(try bridge.stop() == 0)

        try redis.push(#"{"id":"a"}"#, #"{"id":"b"}"#, to: "user:42")
        try bridge.start()
        let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try back.notifications(2).map(\.notificationID) == ["a", "b"])
        let newcomer = try bridge.stream("feed=user:42")
        #expect(try newcomer.untilLive().map(\.notificationID) == ["before", "a", "b"])
    }
}
