import Feeds
import HTTP
import JSON
import Testing

@testable import Bridge

struct ResyncTests {
    private let test: TestStore
    private let store: LogStore

    init() throws {
        test = try TestStore()
        store = try test.open()
        try test.store("user:1", "a", "b", "c", in: store)
        try test.store("job:1", "a", "d", in: store)
    }

    private func resync(_ feeds: [String], _ start: StreamStart, backlog: Int = 100) throws -> ReceivedEvent {
        let reader = try PageReader(test, backlog: backlog)
        let page = try reader.page(feeds, start)
        let events = try reader.events(page)
        #expect(events.count == 1 && page.eventCount == 1 && page.before == nil && page.rest == nil)
        #expect(events[0].event == "resync" && Cursor(events[0].id)?.position == page.after && page.after == 5)
        return events[0]
    }

    @Test(arguments: [
        (StreamStart.after(6), "unknown-cursor"), (.after(.max), "unknown-cursor"),
        (.afterNotification("x"), "unknown-cursor"), (.afterNotification("d"), "unknown-cursor"),
        (.snapshot(.newEpoch), "new-epoch"), (.snapshot(.unknownCursor), "unknown-cursor"),
    ])
    func `what cannot be continued is begun anew, with the reason`(start: StreamStart, reason: String) throws {
        let event = try resync(["user:1"], start)
        #expect(event.data.hasPrefix(#"{"feeds":{"user:1":{"reason":"\#(reason)","items":[{"id":"a","feed":"user:1","#))
    }

    @Test func `a cursor from before what was purged is past the retention`() throws {
        try test.connect().execute("UPDATE bridge SET purged = 2")
        #expect(try resync(["user:1"], .after(1)).data.contains(#""reason":"past-retention""#))
        let reader = try PageReader(test)
        #expect(try reader.notifications(reader.page(["user:1"], .after(2))) == ["c 3"])
    }

    @Test func `an id that two of the stream's feeds have names no place`() throws {
        #expect(try resync(["user:1", "job:1"], .afterNotification("a")).data.contains(#""reason":"unknown-cursor""#))
        let reader = try PageReader(test)
        #expect(try reader.notifications(reader.page(["job:1"], .afterNotification("a"))) == ["d 5"])
    }

    @Test func `a snapshot has what a newcomer would get, and the unread counts`() throws {
        try test.connect().execute("UPDATE notifications SET read_at = 1 WHERE feed = 'user:1' AND id = 'b'")
        let event = try resync(["job:1", "user:1", "user:2"], .snapshot(.newEpoch), backlog: 1)
        let item = #""body":{"id":"#
        #expect(
            event.data == #"{"feeds":{"job:1":{"reason":"new-epoch","items":[{"id":"d","feed":"job:1",\#(item)"d"},"#
                + #""stored_at":"2023-11-14T22:13:20.000Z","read_at":null}]},"#
                + #""user:1":{"reason":"new-epoch","items":[{"id":"c","feed":"user:1",\#(item)"c"},"#
                + #""stored_at":"2023-11-14T22:13:20.000Z","read_at":null}],"unread":2},"#
                + #""user:2":{"reason":"new-epoch","items":[],"unread":0}}}"#)
        #expect((try? JSONValue.parse(Array(event.data.utf8))) != nil)
    }
}
