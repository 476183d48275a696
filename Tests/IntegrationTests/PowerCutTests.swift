import Feeds
import Foundation
import Testing

/// The machine goes down, and the disk comes back without the last commits.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PowerCutTests {
    /// What a power cut may take and leave: SQLite syncs its log only now and then, and nothing syncs the mark.
    @Test(arguments: [true, false])
    func `no cursor from before a power cut skips what comes after it`(losesMark: Bool) throws {
        let server = try RedisServer()
        let bridge = try FlagpoleProcess(redis: server)
        let redis = try server.connect()
        let stream = try bridge.liveStream("feed=user:42")
        try redis.push(#"{"id":"a"}"#, #"{"id":"b"}"#, to: "user:42")
        #expect(try stream.ids(2) == ["a", "b"])
        let atA = stream.lastEventID
        let log = bridge.directory.path("data/flagpole.sqlite3-wal")
        let mark = bridge.directory.path("data/flagpole.mark")
        let synced = try Data(contentsOf: URL(filePath: log))
        let oldMark = try Data(contentsOf: URL(filePath: mark))
        try redis.push(#"{"id":"c"}"#, #"{"id":"d"}"#, to: "user:42")
        #expect(try stream.ids(2) == ["c", "d"])
        let atD = stream.lastEventID

        bridge.kill()
        try synced.write(to: URL(filePath: log))
        if losesMark { try oldMark.write(to: URL(filePath: mark)) }
        try bridge.start()
        try redis.push(#"{"id":"e"}"#, to: "user:42")

        for cursor in [atA, atD] {
            let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
            var seen = try back.notifications(1)
            if losesMark {
                // The positions of what was lost are not given out again: it comes once more, at new ones.
                seen += try back.notifications(2)
                #expect(seen.map(\.notificationID) == ["c", "d", "e"])
                #expect(try #require(Cursor(seen[0].id)).position > #require(Cursor(atD)).position)
            } else {
                #expect(seen[0].event == "resync")
                let items = seen[0].data.json["feeds"]?["user:42"]?["items"]?.asArray ?? []
                let snapshot = items.compactMap { $0["id"]?.asString }
                #expect(try snapshot + back.ids(5 - snapshot.count) == ["a", "b", "c", "d", "e"])
            }
        }
    }
}
