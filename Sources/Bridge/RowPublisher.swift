import Feeds
import SQLite

/// Publishes to kinds with the source `flag+database` as an application does: by inserting rows, beside a bridge that may
/// be running.
package struct RowPublisher {
    private let connection: SQLiteConnection
    private let insert: SQLiteStatement

    /// Opens the database, which must be there.
    package init(path: String) throws(SQLiteError) {
        connection = try SQLiteConnection(path: path, access: .readWrite, busyTimeoutMilliseconds: 10_000)
        insert = try connection.prepare(LogStore.insertRow)
    }

    /// Inserts all of the entries, or none; an id that is there already is passed over.
    package func publish(_ entries: [(id: String, bytes: [UInt8])], to feed: FeedName) throws {
        try connection.transaction {
            for (id, bytes) in entries {
                insert.bind(1, feed.text)
                insert.bind(2, id)
                insert.bind(3, text: bytes)
                try insert.run()
            }
        }
    }
}
