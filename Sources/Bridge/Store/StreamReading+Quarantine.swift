import Feeds
import JSON
import SQLite

extension StreamReading {
    /// How much of an entry that was set aside is shown, in bytes; `flagpole quarantine show` has it whole.
    private static let shownBytes = 256

    /// What was set aside as JSON: how many entries, and the newest of them, newest first.
    func quarantine(limit: Int) throws(SQLiteError) -> [UInt8] {
        let count = try connection.prepare("SELECT count(*) FROM quarantine")
        let entries = try connection.prepare(
            """
            SELECT seq, feed, reason, stored_at, length(entry), substr(entry, 1, \(Self.shownBytes)) FROM quarantine
            ORDER BY seq DESC LIMIT ?
            """)
        entries.bind(1, limit)
        var page = JSONWriter()
        page.beginObject()
        page.name("count")
        page.int(try count.step() ? count.int64(0) : 0)
        page.name("items")
        page.beginArray()
        while try entries.step() { Self.append(entries, to: &page) }
        page.endArray()
        page.endObject()
        return page.bytes
    }

    private static func append(_ row: SQLiteStatement, to page: inout JSONWriter) {
        let reason = row.string(2)
        page.beginObject()
        page.name("seq")
        page.int(row.int64(0))
        page.name("feed")
        page.string(row.string(1))
        page.name("reason")
        page.string(reason)
        page.name("explanation")
        page.string(BadEntry(rawValue: reason)?.explanation ?? reason)
        page.name("stored_at")
        page.string(RFC3339.format(unixMilliseconds: row.int64(3)))
        page.name("size")
        page.int(row.int64(4))
        page.name("entry")
        // What is no UTF-8 shows as U+FFFD.
        page.string(row.withBytes(5) { String(decoding: $0, as: UTF8.self) })
        page.endObject()
    }
}
