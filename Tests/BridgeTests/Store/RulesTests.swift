import Feeds
import Reactor
import Testing

@testable import Bridge

/// What the store makes of entries of kinds with `where`, `coalesce` and `end_when`, and what streams read of it.
struct RulesTests {
    private let test: TestStore

    init() throws {
        test = try TestStore()
        let important = EntryCondition(member: "p", .within(min: 5, max: nil))
        let done = EntryCondition(member: "s", .oneOf([.string(Array("done".utf8))]))
        test.declare("alert", isInbox: true, EntryRules(conditions: [important]))
        test.declare("gauge", EntryRules(coalesces: true))
        test.declare("chat", isInbox: true, EntryRules(coalesces: true))
        test.declare("job", EntryRules(ending: done))
        test.declare("row", source: .flagAndDatabase, EntryRules(ending: done, conditions: [important]))
        test.declare("all", EntryRules(coalesces: true, ending: done, conditions: [important]))
    }

    /// Stores the entries of each part in one transaction, and calls `body`.
    private func store(
        _ feed: String, _ parts: [String]..., then body: (RunningWriter) async throws -> Void = { _ in }
    ) async throws {
        try await RunningWriter.run(test) { running in
            for part in parts { _ = try await running.ingest(try test.batch(feed, part)) }
            try await body(running)
        }
    }

    private func ids(_ page: StreamPage) throws -> [String] {
        try PageReader(test).events(page).map {
            $0.event == "message" ? String($0.data.split(separator: "\"").dropFirst(3).first ?? "?") : $0.event
        }
    }

    private func ids(_ feed: String, _ start: StreamStart, where conditions: [String] = []) throws -> [String] {
        try ids(try PageReader(test).page([feed], start, where: conditions))
    }

    // MARK: - where

    @Test func `what does not match is stored, and neither sent nor unread`() async throws {
        try await store("alert:1", [#"{"id":"a","p":5}"#, #"{"id":"b","p":4}"#], [#"{"id":"c"}"#]) { running in
            #expect(running.notifications.map(\.id) == ["a"] && running.notifications.map(\.unread) == [1])
        }
        #expect(try ids("alert:1", .backlog) == ["a"])
        #expect(try ids("alert:1", .after(0)) == ["a"])
        let page = try PageReader(test).page(["alert:1"], .after(1))
        #expect(page.events.isEmpty && page.after == 3 && page.unread.map(\.count) == [1])
        let history = try PageReader(test).reading.history(HistoryQuery(feed: try FeedName(of: "alert:1")))
        let text = String(decoding: history, as: UTF8.self)
        #expect(["a", "b", "c"].allSatisfy { text.contains("{\"id\":\"\($0)\"") })
    }

    @Test func `what did not match cannot be unread, and is known all the same`() async throws {
        try await store("alert:1", [#"{"id":"a","p":1}"#], [#"{"id":"a","p":9}"#, #"{"id":"b","p":9}"#]) { running in
            #expect(running.notifications.map(\.id) == ["b"])
            let feed = try FeedName(of: "alert:1")
            let counts = [
                try await running.writer.markUnread(feed, ["a"]), try await running.writer.markRead(feed, .all),
                try await running.writer.markUnread(feed, ["b"]),
            ]
            #expect(counts == [1, 0, 1])
        }
        // It is a place in the feed, from which a stream can go on.
        #expect(try ids("alert:1", .afterNotification("a")) == ["b", "read", "unread"])
    }

    @Test func `what does not match drives out nothing that does`() async throws {
        test.keep = 2
        let noise = (0..<5).map { "{\"id\":\"n\($0)\",\"p\":1}" }
        try await store("alert:1", [#"{"id":"a","p":5}"#, #"{"id":"b","p":5}"#], noise, [#"{"id":"c","p":5}"#])
        #expect(try ids("alert:1", .after(0)) == ["b", "c"])
        #expect(try test.connect().scalarInt("SELECT count(*) FROM notifications") == 4)
    }

    // MARK: - coalesce

    @Test func `of one transaction the newest of each key is sent, at its own place`() async throws {
        let entries = [#"{"id":"a","key":"x"}"#, #"{"id":"b","key":"y"}"#, #"{"id":"c","key":"x"}"#, #"{"id":"d"}"#]
        try await store("gauge:1", entries, [#"{"id":"e"}"#, #"{"id":"f","key":""}"#]) { running in
            #expect(running.notifications.map(\.id) == ["b", "c", "d", "f"])
            #expect(running.notifications.map(\.position) == [2, 3, 4, 6])
        }
    }

    @Test func `a stream that comes back gets the newest of each key, and its cursor passes the rest`() async throws {
        try await store(
            "gauge:1", [#"{"id":"a","key":"x"}"#], [#"{"id":"b","key":"y"}"#], [#"{"id":"c","key":"x"}"#],
            [#"{"id":"d","key":7}"#], [#"{"id":"e","key":"7"}"#])
        #expect(try ids("gauge:1", .after(0)) == ["b", "c", "e"])
        #expect(try ids("gauge:1", .after(2)) == ["c", "e"])
        #expect(try ids("gauge:1", .backlog) == ["b", "c", "e"])
        let small = try PageReader(test, pageEntries: 1)
        let pages = try small.pages(["gauge:1"], .after(0))
        #expect(try pages.flatMap { try ids($0) } == ["b", "c", "e"] && pages.last?.after == 5)
    }

    @Test func `what is superseded while a backlog is sent in parts is not sent`() async throws {
        let entries = ["a", "b", "c"].map { "{\"id\":\"\($0)\",\"key\":\"\($0)\",\"event\":\"message-\($0)\"}" }
        try await store("gauge:1", entries) { running in
            let reader = try PageReader(test, pageBytes: 1)
            let first = try reader.page(["gauge:1"], .backlog)
            _ = try await running.ingest(try test.batch("gauge:1", [#"{"id":"d","key":"b"}"#]))
            let rest = try reader.pages(["gauge:1"], try #require(first.rest))
            let events = try ([first] + rest).flatMap { try reader.events($0) }
            #expect(events.map(\.event) == ["message-a", "message-c"])
            #expect(rest.last?.after == 3)
        }
        #expect(try ids("gauge:1", .after(3)) == ["d"])
    }

    @Test func `keys are each feed's own`() async throws {
        try await store("gauge:1", [#"{"id":"a","key":"x"}"#])
        try await store("gauge:2", [#"{"id":"b","key":"x"}"#])
        #expect(try ids("gauge:1", .after(0)) == ["a"])
        #expect(try ids("gauge:2", .after(0)) == ["b"])
    }

    @Test func `a duplicate supersedes nothing`() async throws {
        try await store("gauge:1", [#"{"id":"a","key":"x"}"#], [#"{"id":"b","key":"x"}"#], [#"{"id":"a","key":"x"}"#])
        #expect(try ids("gauge:1", .after(0)) == ["b"])
    }

    @Test func `in an inbox what was superseded counts as read, and streams are told if they knew it`() async throws {
        let second = [#"{"id":"b","key":"y"}"#, #"{"id":"c","key":"x"}"#, #"{"id":"d","key":"x"}"#]
        try await store("chat:1", [#"{"id":"a","key":"x"}"#], second) { running in
            #expect(running.notifications.map(\.id) == ["a", "b", "d"])
            #expect(running.notifications.map(\.unread) == [1, 2, 2])
        }
        let page = try PageReader(test).page(["chat:1"], .after(1))
        #expect(try ids(page) == ["b", "d", "read"] && page.unread.map(\.count) == [2])
        let told = try #require(try PageReader(test).events(page).last?.data)
        #expect(told.contains(#""ids":["a"],"unread":2"#))
        #expect(try ids("chat:1", .backlog) == ["b", "d"])
        #expect(try test.connect().scalarInt("SELECT count(*) FROM read_changes") == 0)
    }

    @Test func `what was superseded counts as read in every kind, which may become an inbox`() async throws {
        try await store("gauge:1", [#"{"id":"a"}"#, #"{"id":"b"}"#], [#"{"id":"c"}"#])
        let unread = try test.connect().scalarText("SELECT group_concat(id) FROM notifications WHERE read_at IS NULL")
        #expect(unread == "c")
    }

    @Test func `what streams do not show stays read, whatever the application says of it`() async throws {
        try await store("alert:1", [#"{"id":"a","p":5}"#, #"{"id":"b","p":1}"#]) { running in
            try test.connect().execute("UPDATE notifications SET read_at = NULL")
            _ = await running.writer.turn(.now)
            #expect(running.changes.isEmpty)
            #expect(try PageReader(test).reading.unreadCount(FeedName(of: "alert:1")) == 1)
        }
    }

    @Test func `streams are told of a thousand that count as read at a time`() async throws {
        let entries = (0..<1001).map { "{\"id\":\"a\($0)\",\"key\":\"\($0)\"}" }
        let newer = (0..<1001).map { "{\"id\":\"b\($0)\",\"key\":\"\($0)\"}" }
        try await store("chat:1", entries, newer) { running in
            #expect(running.changes.map(\.position) == [2003, 2004] && running.changes.map(\.unread) == [1001, 1001])
            let counts = running.changes.map {
                String(decoding: $0.change.members, as: UTF8.self).split(separator: ",").count
            }
            #expect(counts == [1001, 2])
        }
    }

    @Test func `what was superseded is kept by itself`() async throws {
        test.keep = 2
        let many = (0..<9).map { "{\"id\":\"n\($0)\",\"key\":\"x\"}" }
        try await store("gauge:1", [#"{"id":"y","key":"y"}"#], many)
        #expect(try ids("gauge:1", .after(0)) == ["y", "n8"])
        #expect(try test.connect().scalarInt("SELECT count(*) FROM notifications") == 4)
    }

    // MARK: - end_when

    @Test func `the last entry is followed by the feed's end`() async throws {
        try await store("job:1", [#"{"id":"a"}"#, #"{"id":"b","s":"done"}"#, #"{"id":"late"}"#]) { running in
            #expect(running.notifications.map(\.id) == ["a", "b"])
            #expect(running.notifications.map(\.isLast) == [false, true])
        }
        #expect(try ids("job:1", .after(0)) == ["a", "b", "end"])
        #expect(try ids("job:1", .after(1)) == ["b", "end"])
        let page = try PageReader(test).page(["job:1"], .after(0))
        #expect(try PageReader(test).events(page).map(\.id).suffix(2) == [page.cursor(2, test), page.cursor(2, test)])
        #expect(page.ended == [try FeedName(of: "job:1"): 2] && page.after == 3)
    }

    @Test func `a newcomer to a feed that has ended gets its last entry and its end`() async throws {
        try await store("job:1", [#"{"id":"a"}"#], [#"{"id":"b","s":"done"}"#])
        #expect(try ids("job:1", .backlog) == ["b", "end"])
        #expect(try ids("job:1", .now) == ["end"])
        #expect(try ids("job:1", .snapshot(.newEpoch)) == ["resync", "end"])
    }

    @Test func `a later push opens the feed again, and what was its last entry is one like others`() async throws {
        try await store("job:1", [#"{"id":"a","s":"done"}"#], [#"{"id":"b"}"#])
        #expect(try ids("job:1", .after(0)) == ["a", "b"])
        #expect(try ids("job:1", .backlog) == ["a", "b"])
        let page = try PageReader(test).page(["job:1"], .after(1))
        #expect(page.ended.isEmpty)
        #expect(try !PageReader(test).reading.isOver(PageReader(test).query(["job:1"], .after(1))))
    }

    @Test func `what a reading goes on with stands behind a last entry that came before, and what is new does not`()
        async throws
    {
        try await RunningWriter.run(test) { running in
            try await take("job:1", in: [[#"{"id":"a"}"#, #"{"id":"b","s":"done"}"#], [#"{"id":"c"}"#]], running)
            #expect(running.notifications.map(\.id) == ["a", "b"])
            #expect(try ids("job:1", .after(0)) == ["a", "b", "end"])
            _ = try await running.ingest(try test.batch("job:1", [#"{"id":"d"}"#]))
            #expect(try ids("job:1", .after(0)) == ["a", "b", "d"])
        }
    }

    @Test func `a second run that is taken in by parts is sent, though the first has ended`() async throws {
        try await store("all:1", [#"{"id":"a","p":9,"s":"done"}"#]) { running in
            // Nothing of the first two parts is sent: it does not match, and is there already.
            let parts = [
                [#"{"id":"b","p":1}"#], [#"{"id":"a","p":9}"#],
                [#"{"id":"c","p":9,"key":"c"}"#, #"{"id":"d","p":9,"s":"done"}"#], [#"{"id":"e","p":9}"#],
            ]
            try await take("all:1", in: parts, running)
            #expect(running.notifications.map(\.id) == ["a", "c", "d"])
            #expect(try ids("all:1", .after(1)) == ["c", "d", "end"])
        }
    }

    @Test func `rows of a second run are sent, though what the application inserted before has ended`() async throws {
        try await RunningWriter.run(test) { running in
            let feed = try FeedName(of: "row:1")
            try await running.writer.insert([Array(#"{"p":9,"s":"done"}"#.utf8)], ids: ["a"], into: feed)
            let count = Arrivals.rowsPerStep + 10
            let entries = (0..<count).map { Array("{\"p\":\($0 < Arrivals.rowsPerStep ? 1 : 9)}".utf8) }
            try await running.writer.insert(entries, ids: (0..<count).map { "n\($0)" }, into: feed)
            // The second part was posted while the first was taken in.
            _ = try await running.writer.positions(of: [feed])
            #expect(running.notifications.map(\.id) == ["a"] + (Arrivals.rowsPerStep..<count).map { "n\($0)" })
        }
    }

    /// Stores a long list as the poller reads it, a part after the other.
    private func take(_ feed: String, in parts: [[String]], _ running: RunningWriter) async throws {
        for (index, part) in parts.enumerated() {
            var batch = try test.batch(feed, part)
            batch.readings[0].continues = index > 0
            batch.readings[0].hasMore = index < parts.count - 1
            _ = try await running.ingest(batch)
        }
    }

    @Test func `a last entry that has expired is no end`() async throws {
        let future = WallClock.unixMilliseconds + 3_600_000
        try await store("job:1", [#"{"id":"a"}"#], [#"{"id":"b","s":"done","expires_at":\#(future)}"#])
        #expect(try ids("job:1", .backlog) == ["b", "end"])
        try test.connect().execute("UPDATE expiring SET expires_at = 1")
        #expect(try ids("job:1", .backlog) == ["a"])
        #expect(try PageReader(test).page(["job:1"], .backlog).ended.isEmpty)
        #expect(try !PageReader(test).reading.isOver(PageReader(test).query(["job:1"], .after(2))))
    }

    @Test func `a feed goes on when its last entry is removed, and not when another is`() async throws {
        try await store("job:1", [#"{"id":"a"}"#, #"{"id":"b","s":"done"}"#]) { running in
            let feed = try FeedName(of: "job:1")
            for id in ["a", "b"] { _ = try await running.writer.remove(id, from: feed) }
            #expect(running.changes.map(\.opensFeed) == [false, true])
        }
    }

    @Test func `a backlog in parts does not end with what came behind it`() async throws {
        try await store("job:1", [#"{"id":"a"}"#, #"{"id":"b"}"#]) { running in
            let reader = try PageReader(test, pageBytes: 1)
            let first = try reader.page(["job:1"], .backlog)
            _ = try await running.ingest(try test.batch("job:1", [#"{"id":"c","s":"done"}"#]))
            let rest = try reader.page(["job:1"], try #require(first.rest))
            #expect(rest.rest == nil && rest.after == 2 && rest.ended.isEmpty)
        }
        #expect(try ids("job:1", .after(2)) == ["c", "end"])
    }

    @Test func `who has had the last entry of all feeds need not come back`() async throws {
        try await store("job:1", [#"{"id":"a","s":"done"}"#])
        try await store("job:2", [#"{"id":"b"}"#], [#"{"id":"c","s":"done"}"#])
        let reader = try PageReader(test)
        func isOver(_ feeds: [String], _ start: StreamStart) throws -> Bool {
            try reader.reading.isOver(reader.query(feeds, start))
        }
        #expect(try isOver(["job:1"], .after(1)))
        #expect(try isOver(["job:1"], .after(3)))
        #expect(try !isOver(["job:1"], .after(0)))
        // A cursor beyond the log's end is none of this log.
        #expect(try !isOver(["job:1"], .after(4)))
        #expect(try isOver(["job:1", "job:2"], .after(3)))
        #expect(try !isOver(["job:1", "job:2"], .after(2)))
        #expect(try !isOver(["job:1", "job:3"], .after(3)))
        #expect(try !isOver(["job:1", "gauge:1"], .after(3)))
        #expect(try isOver(["job:1", "job:2"], .afterNotification("c")))
        #expect(try !isOver(["job:1"], .afterNotification("?")))
        #expect(try !isOver(["job:1"], .backlog))
        #expect(try !isOver(["job:1"], .snapshot(.newEpoch)))
    }

    @Test func `who comes back is told again of what has ended, but not with every part`() async throws {
        try await store("job:1", [#"{"id":"a","s":"done"}"#])
        try await store("job:2", [#"{"id":"b"}"#])
        let reader = try PageReader(test)
        #expect(try ids(reader.page(["job:1", "job:2"], .after(1), isEnveloped: true)) == ["job:2"])
        let page = try reader.page(["job:1", "job:2"], .after(1), isOpening: true)
        #expect(try ids(page) == ["end", "b"])
        #expect(try reader.events(page)[0].data == #"{"feed":"job:1"}"#)
        #expect(try reader.events(page)[0].id == page.cursor(1, test))
    }

    // MARK: - Together, and a stream's own conditions

    @Test func `what does not match supersedes nothing, and the last entry is always sent`() async throws {
        let entries = [
            #"{"id":"a","key":"x","p":5}"#, #"{"id":"b","key":"x","p":1}"#, #"{"id":"c","key":"y","p":5}"#,
            #"{"id":"d","key":"x","p":1,"s":"done"}"#, #"{"id":"e","key":"x","p":9}"#,
        ]
        try await store("all:1", Array(entries.prefix(3))) { running in
            #expect(running.notifications.map(\.id) == ["a", "c"])
            _ = try await running.ingest(try test.batch("all:1", Array(entries.suffix(2))))
            #expect(running.notifications.map(\.id) == ["a", "c", "d"])
        }
        #expect(try ids("all:1", .after(0)) == ["c", "d", "end"])
        // The feed begins again: its former end is not superseded.
        try await store("all:1", [#"{"id":"f","key":"x","p":5}"#])
        #expect(try ids("all:1", .after(0)) == ["c", "d", "f"])
    }

    @Test func `a stream's own conditions hold for backlog, replay and resync, but for a last entry`() async throws {
        try await store("job:1", [#"{"id":"a","n":1}"#, #"{"id":"b","n":2}"#], [#"{"id":"c","s":"done"}"#])
        try await store("user:1", [#"{"id":"d","n":1}"#, #"{"id":"e","n":2,"m":"x"}"#, #"{"id":"f","n":3}"#])
        #expect(try ids("job:1", .after(0), where: ["n>=2"]) == ["b", "c", "end"])
        #expect(try ids("user:1", .after(0), where: ["n>=2", "n<=2"]) == ["e"])
        #expect(try ids("user:1", .backlog, where: ["m=x,y"]) == ["e"])
        let page = try PageReader(test).page(["user:1"], .snapshot(.newEpoch), where: ["n=3"])
        let resync = try #require(try PageReader(test).events(page).first?.data)
        #expect(resync.contains(#"{"id":"f""#) && !resync.contains(#"{"id":"e""#) && page.unread.map(\.count) == [3])
        #expect(page.after == 6)
    }
}

extension StreamPage {
    fileprivate func cursor(_ position: LogPosition, _ test: TestStore) -> String {
        Cursor(epoch: test.identity.epoch, position: position).description
    }
}
