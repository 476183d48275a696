import Feeds
import Testing

@testable import Bridge

/// Rows that the application inserts itself.
struct ArrivalsTests {
    private let test: TestStore
    private let store: LogStore
    private let feed: FeedName

    init() throws {
        test = try TestStore()
        feed = try FeedName(of: "order:1")
        try test.store("order:1", "taken", in: test.open())
        store = try LogStore(
            path: test.path, synchronous: "normal", epoch: test.identity.epoch, insertedKinds: ["order"])
        try test.connect().execute("INSERT INTO notifications (feed, id, body) VALUES ('order:1', 'new', '{}')")
    }

    @Test(arguments: [ReadSelection.all, .through("new"), .ids(["taken", "new"])])
    func `what nobody was sent yet cannot be marked as read`(selection: ReadSelection) throws {
        #expect(try store.unread(feed) == 1)
        #expect(try store.readState.markRead(feed, selection, at: 1) != nil)
        let unread = "SELECT group_concat(id) FROM notifications WHERE read_at IS NULL"
        #expect(try store.connection.scalarText(unread) == "new")
        let (rows, hasMore) = try store.arrivals.take(feed.text)
        #expect(rows.map(\.id) == ["new"] && rows[0].readAt == nil && !hasMore)
        #expect(try store.unread(feed) == 1)
    }

    @Test func `a row that was set aside may come again with its id, and one that was taken in may not`() async throws {
        test.declare("order", source: .flagAndDatabase, EntryRules())
        try await RunningWriter.run(test) { running in
            func insert(_ entry: String, _ id: String) async throws {
                try await running.writer.insert([Array(entry.utf8)], ids: [id], into: feed)
            }
            try await insert("no object", "mended")
            try await insert(#"{"n":1}"#, "mended")
            #expect(running.notifications.map(\.id) == ["new", "mended"])
            _ = try await running.writer.remove("mended", from: feed)
            try await insert("no object", "mended")
            try await insert(#"{"n":2}"#, "mended")
            #expect(running.notifications.map(\.id) == ["new", "mended"])
            #expect(try test.connect().scalarInt("SELECT count(*) FROM quarantine") == 2)
        }
    }
}
