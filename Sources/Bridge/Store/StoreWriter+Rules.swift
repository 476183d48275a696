import Feeds
import SQLite

extension StoreWriter {
    /// What the rules of a feed's kind are to do within a transaction that begins.
    func ruling(on feed: FeedName, _ number: Int64, isInbox: Bool, _ store: LogStore) -> FeedRuling {
        // Most kinds have no rules, so nothing is looked up for them.
        let kind = ruledKinds.isEmpty ? nil : ruledKinds[String(feed.kind)]
        return FeedRuling(feed: feed, number: number, isInbox: isInbox, start: store.last, kind: kind)
    }

    /// Adds to a commit, behind all its notifications, what the rules changed; within the transaction.
    func finish(_ rulings: [FeedRuling], _ commit: inout Commit, _ store: LogStore, at time: Int64) throws {
        guard let first = rulings.first, first.start < store.last else { return }
        let superseded = rulings.reduce(into: Set<LogPosition>()) { $0.formUnion($1.superseded) }
        if !superseded.isEmpty { commit.notifications.removeAll { superseded.contains($0.position) } }
        for ruling in rulings where !ruling.read.isEmpty {
            let change = FeedChange.read(.ids(ruling.read), at: time)
            let unread = try store.unread(ruling.feed)
            commit.changes.append(try store.append(change, ruling.feed, ruling.number, unread: unread, at: time))
        }
        commit.reached = store.last
    }
}
