import Feeds
import SQLite

extension StoreWriter {
    /// How far the given feeds were taken in, after everything that was handed in before.
    func positions(of feeds: [FeedName]) throws -> [ListPosition] {
        try withStore { store in
            // One transaction: without it every look-up takes and drops SQLite's locks.
            try store.connection.transaction(.deferred) {
                try feeds.map { try store.positions.feed($0)?.position ?? .start }
            }
        }
    }

    /// The hashes of the last entries that were taken in of a feed.
    func tail(of feed: FeedName) throws -> [EntryHash] {
        try withStore { try $0.positions.feed(feed)?.tail ?? [] }
    }

    /// Finds feeds of a kind of whose lists something is taken in that is not known to be gone, among the next few behind
    /// one, by name.
    func feedsTaken(_ kind: String, after last: String?) throws -> TakenFeeds {
        try withStore { try $0.positions.taken(kind, after: last) }
    }
}
