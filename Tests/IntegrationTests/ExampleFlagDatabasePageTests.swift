import Redis
import SQLite
import Testing

/// `Examples/flag-database`: rows that a Python script inserts are streamed once, and are read when they are delivered.
@Suite(
    .serialized, .timeLimit(.minutes(2)),
    .enabled(
        if: isTrial && RunningExample.python != nil,
        "CLIENTS_PYTHON names no Python with Tests/Clients/requirements.txt"))
struct ExampleFlagDatabasePageTests {
    private let example: RunningExample
    private let browser: PageBrowser

    init() throws {
        example = try RunningExample("flag-database")
        browser = try PageBrowser()
    }

    private func notify(_ titles: String...) throws {
        for title in titles { try example.run(RunningExample.python ?? "python3", "notify.py", "42", title) }
    }

    @Test func `rows are streamed once, and read_at is set on delivery`() throws {
        try notify("Backup done", "Disk is 80 % full")
        let database = try example.database()
        let unread = "SELECT count(*) FROM notifications WHERE read_at IS NULL"
        #expect(try database.integers(unread) == [2])
        #expect(try example.redis().command("EXISTS", "user:42:has_new_notification").integer == 1)

        let page = try browser.open(example)
        try eventually("both") {
            try page.texts("#rows td:first-child") == ["Disk is 80 % full", "Backup done"]
        }
        try eventually("they are read") { try database.integers(unread) == [0] }
        try eventually("the page hears of it") { try page.text("#read") == "2" }
        try eventually("the lowering") {
            try example.redis().command("EXISTS", "user:42:has_new_notification").integer == 0
        }

        // What was delivered is not streamed again, what is new is.
        let late = try browser.open(example)
        try eventually("connected") { try late.text("#state") == "connected" }
        try notify("<i>Third</i>")
        for tab in [page, late] {
            try eventually("the third") { try tab.text("#rows td") == "<i>Third</i>" }
        }
        try eventually("it is read") { try database.integers(unread) == [0] }
        #expect(try page.texts("#rows td:first-child").count == 3)
        #expect(try late.texts("#rows td:first-child").count == 1)
        #expect(try browser.newLogLines() == [])
    }
}
