import Feeds
import Testing

@testable import Bridge

struct BacklogTests {
    private let test: TestStore
    private let store: LogStore

    init() throws {
        test = try TestStore()
        store = try test.open()
    }

    @Test func `an inbox starts with its newest unread, the oldest of them first`() throws {
        try test.store("user:1", "a", "b", "c", "d", "e", in: store)
        try test.connect().execute("UPDATE notifications SET read_at = 1 WHERE id = 'd'")
        let reader = try PageReader(test, backlog: 3)
        let page = try reader.page(["user:1"], .backlog)
        #expect(try reader.notifications(page) == ["b 2", "c 3", "e 5"])
        #expect(page.before == 1 && page.after == 5 && page.rest == nil && page.eventCount == 3)
        #expect(page.unread.map(\.count) == [4])
    }

    @Test func `another feed starts with its newest, read or not`() throws {
        try test.store("job:1", "a", "b", "c", "d", in: store)
        try test.connect().execute("UPDATE notifications SET read_at = 1 WHERE id = 'd'")
        let reader = try PageReader(test, backlog: 2)
        let page = try reader.page(["job:1"], .backlog)
        #expect(try reader.notifications(page) == ["c 3", "d 4"])
        #expect(page.before == 2 && page.after == 4 && page.unread.isEmpty)
    }

    @Test func `several feeds start together, in the order of their positions`() throws {
        try test.store("user:1", "a", in: store)
        try test.store("job:1", "b", in: store)
        try test.store("user:2", "x", in: store)
        try test.store("user:1", "c", in: store)
        try test.store("job:1", "d", in: store)
        let reader = try PageReader(test)
        let page = try reader.page(["job:1", "user:1"], .backlog)
        #expect(try reader.notifications(page) == ["a 1", "b 2", "c 4", "d 5"])
        #expect(page.before == 0 && page.after == 5)
        #expect(page.unread.map { "\($0.feed) \($0.count)" } == ["user:1 2"])
    }

    @Test func `a feed that nothing was taken of starts with nothing, where the log ends`() throws {
        try test.store("user:1", "a", "b", in: store)
        let reader = try PageReader(test)
        for feed in ["user:2", "job:2"] {
            let page = try reader.page([feed], .backlog)
            #expect(page.events.isEmpty && page.eventCount == 0 && page.before == 2 && page.after == 2)
        }
        #expect(try reader.page(["user:2"], .backlog).unread.map(\.count) == [0])
    }

    @Test func `a stream that wants nothing old gets nothing`() throws {
        try test.store("user:1", "a", "b", in: store)
        let page = try PageReader(test).page(["user:1"], .now)
        #expect(page.events.isEmpty && page.before == 2 && page.after == 2 && page.unread.map(\.count) == [2])
    }

    @Test(arguments: [1, 30, 60, 100, 1000])
    func `a backlog in parts is the same backlog, and leads to where it began`(pageBytes: Int) throws {
        for number in 0..<20 { try test.store(number % 3 == 0 ? "job:1" : "user:1", "n\(number)", in: store) }
        let whole = try PageReader(test, backlog: 10)
        let expected = try whole.notifications(whole.page(["user:1", "job:1"], .backlog))
        let reader = try PageReader(test, backlog: 10, pageBytes: pageBytes)
        var pages = [try reader.page(["user:1", "job:1"], .backlog)]
        // What comes meanwhile is no part of it.
        try test.store("user:1", "late", in: store)
        while let rest = pages[pages.count - 1].rest { pages.append(try reader.page(["user:1", "job:1"], rest)) }
        #expect(try pages.flatMap { try reader.notifications($0) } == expected)
        #expect(pages.last?.after == 20)
        for page in pages.dropLast() {
            let last = try #require(try reader.events(page).last)
            #expect(Cursor(last.id)?.position == page.after)
        }
        #expect(pageBytes > 1 || pages.count == expected.count)
    }

    @Test func `equal queries of one moment get equal answers`() throws {
        try test.store("user:1", "a", in: store)
        let feed = StreamFeed(name: try FeedName(of: "user:1"), isInbox: true)
        let query = StreamQuery(feeds: [feed], start: .backlog, isEnveloped: false)
        let pages = try PageReader(test).reading.pages([query, query])
        #expect(pages.count == 2 && pages[0].events == pages[1].events && !pages[0].events.isEmpty)
    }
}
