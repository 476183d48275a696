import TestSupport
import Feeds
import SQLite
import Testing

@testable import Bridge

struct ReplayTests {
    private let test: TestStore
    private let store: LogStore

    init() throws {
        test = try TestStore()
        store = try test.open()
    }

    @Test func `a stream that comes back gets the rest of its feeds, read or not`() throws {
        try test.store("user:1", "a", "b", in: store)
        try test.store("user:2", "x", in: store)
        try test.store("user:1", "c", in: store)
        try test.connect().execute("UPDATE notifications SET read_at = 1 WHERE id = 'b'")
        let reader = try PageReader(test)
        let page = try reader.page(["user:1"], .after(1))
        #expect(try reader.notifications(page) == ["b 2", "c 4"])
        #expect(page.before == 1 && page.after == 4 && page.rest == nil)
        #expect(try reader.page(["user:1"], .after(4)).events.isEmpty)
    }

    @Test(arguments: UInt64(1)...20)
    func `pages of any size are together the whole, each once and in order`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let feeds = ["user:1", "user:2", "job:1", "job:2"]
        for number in 0..<Int.random(in: 1...60, using: &random) {
            try test.store(feeds.any(&random), "n\(number)", in: store)
        }
        let asked = feeds.filter { _ in Bool.random(using: &random) }
        let cursor = LogPosition(Int.random(in: 0...10, using: &random))
        guard !asked.isEmpty, cursor <= store.last else { return }
        let list = asked.map { "'\($0)'" }.joined(separator: ",")
        let expected = try strings(
            """
            SELECT n.id || ' ' || pos FROM log JOIN notifications n ON n.seq = log.notification
            WHERE n.feed IN (\(list)) AND pos > \(cursor) ORDER BY pos
            """)
        for (bytes, entries) in [(1, 1), (1, 512), (1_000_000, 1), (1_000_000, 3), (80, 2), (1_000_000, 512)] {
            let reader = try PageReader(test, pageBytes: bytes, pageEntries: entries)
            let pages = try reader.pages(asked, .after(cursor))
            #expect(try pages.flatMap { try reader.notifications($0) } == expected)
            #expect(pages.first?.before == cursor && pages.last?.after == store.last)
            #expect(pages.map(\.after) == pages.map(\.after).sorted())
        }
    }

    @Test func `a notification that was deleted meanwhile is passed over`() throws {
        try test.store("user:1", "a", "b", "c", in: store)
        try test.connect().execute("DELETE FROM notifications WHERE id IN ('b', 'c')")
        let reader = try PageReader(test, pageEntries: 1)
        let pages = try reader.pages(["user:1"], .after(0))
        #expect(try pages.flatMap { try reader.notifications($0) } == ["a 1"])
        #expect(pages.last?.after == 3)
    }

    @Test func `a stream goes on behind a notification that it names`() throws {
        try test.store("user:1", "a", "b", in: store)
        try test.store("job:1", "c", in: store)
        let reader = try PageReader(test)
        let page = try reader.page(["user:1", "job:1"], .afterNotification("a"))
        #expect(try reader.notifications(page) == ["b 2", "c 3"])
        #expect(page.before == 1 && page.after == 3)
    }

    @Test func `in an envelope a notification says whose it is`() throws {
        try test.store("user:1", "a", in: store)
        try test.store("job:1", "b", in: store)
        try test.connect().execute("UPDATE notifications SET read_at = 1700000000123 WHERE id = 'a'")
        let reader = try PageReader(test)
        let page = try reader.page(["user:1", "job:1"], .after(0), isEnveloped: true)
        #expect(
            try reader.events(page).map(\.data) == [
                #"{"feed":"user:1","id":"a","replay":true,"read_at":"2023-11-14T22:13:20.123Z","unread":0,"#
                    + #""body":{"id":"a"}}"#,
                #"{"feed":"job:1","id":"b","replay":true,"read_at":null,"unread":null,"body":{"id":"b"}}"#,
            ])
    }

    private func strings(_ sql: String) throws -> [String] {
        let statement = try store.connection.prepare(sql)
        var strings: [String] = []
        while try statement.step() { strings.append(statement.string(0)) }
        return strings
    }
}
