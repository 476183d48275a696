import Redis
import Testing

/// Lists as applications use them.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ListTests {
    @Test func `a list that is trimmed after every push delivers each entry once`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        var number = 0
        var received: [Int] = []
        while number < 50 {
            // Never more than the list keeps before the bridge has read them.
            let burst = number % 4 + 1
            for _ in 0..<burst {
                number += 1
                try redis.command("RPUSH", "notifications:user:42", #"{"n":\#(number)}"#)
                try redis.command("LTRIM", "notifications:user:42", "-5", "-1")
                try redis.command("SET", "user:42:has_new_notification", "1")
            }
            received += try stream.notifications(burst).compactMap { $0.data.json["n"]?.asInt }
        }
        #expect(received == Array(1...number))
        #expect(try bridge.stream("feed=user:42").untilLive().count == number)
    }

    @Test func `a list that was begun anew gives what is new on it`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let redis = try bridge.redis()
        let rounds = [
            (["a", "b", "c"], ["a", "b", "c"]),
            (["b", "c", "d"], ["d"]),
            (["e", "f"], ["e", "f"]),
            (["c", "g", "a", "h"], ["g", "h"]),
            (["h"], []),
            (["i"], ["i"]),
        ]
        for (list, new) in rounds {
            try redis.command("DEL", "notifications:user:42")
            try redis.push(list.map { #"{"id":"\#($0)"}"# }, to: "user:42")
            #expect(try stream.ids(new.count) == new, "\(list)")
        }
        #expect(try bridge.stream("feed=user:42").untilLive().map(\.notificationID) == rounds.flatMap(\.1))
    }

    @Test func `an id that was taken in before is a duplicate, also as a number`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42&feed=user:43")
        let redis = try bridge.redis()
        let entries = [
            #"{"id":"x","v":1}"#, #"{"id":"x","v":2}"#, #"{"id":7,"v":3}"#, #"{"id":"7","v":4}"#, #"{"v":5,"id":"x"}"#,
            #"{"id":"y","v":6}"#,
        ]
        try redis.push(entries, to: "user:42")
        try redis.push(entries, to: "user:42")
        try redis.push(#"{"id":"z","v":7}"#, to: "user:42")
        #expect(try stream.notifications(4).map { $0.data.json["body"]?["v"]?.asInt } == [1, 3, 6, 7])
        try redis.push(#"{"id":"x","v":8}"#, to: "user:43")
        #expect(try stream.notifications(1).map { $0.data.json["body"]?["v"]?.asInt } == [8])
    }

    @Test func `an entry without id gets one, and keeps it`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42&envelope=1")
        try bridge.redis().push("{}", "{}", #"{"id":null}"#, #"{"id":""}"#, #"{"id":1}"#, to: "user:42")
        let live = try stream.notifications(5).map { $0.data.json["id"]?.asString ?? "" }
        #expect(Set(live).count == 5 && !live.contains("") && live.last == "1")

        #expect(try bridge.stop() == 0)
        try bridge.start()
        let backlog = try bridge.stream("feed=user:42&envelope=1").untilLive()
        #expect(backlog.map { $0.data.json["id"]?.asString } == live)
    }

    @Test func `a thousand entries of one push arrive in their order`() throws {
        let bridge = try FlagpoleProcess()
        let stream = try bridge.liveStream("feed=user:42")
        let ids = (1...1000).map { "n\($0)" }
        try bridge.redis().push(ids.map { #"{"id":"\#($0)"}"# }, to: "user:42")
        #expect(try stream.ids(1000) == ids)
    }

    @Test func `a newcomer gets the newest of what is unread, oldest first`() throws {
        let bridge = try FlagpoleProcess(["server": ["backlog_limit": 10]])
        let stream = try bridge.liveStream("feed=user:42")
        try bridge.redis().push((1...30).map { #"{"id":"n\#($0)"}"# }, to: "user:42")
        _ = try stream.notifications(30)
        let backlog = try bridge.stream("feed=user:42").untilLive()
        #expect(backlog.map(\.notificationID) == (21...30).map { "n\($0)" })
    }
}
