import Feeds

/// Who a reader is: an ID such as `42`, whose own feed is `user:42`.
package struct Identity: Hashable, Sendable, CustomStringConvertible {
    /// The feed that is this reader's own.
    package let feed: FeedName

    /// Takes an ID by the grammar of feeds; nil for anything else.
    package init?(_ text: some StringProtocol) {
        guard let feed = FeedName(kind: "user", id: text) else { return nil }
        self.feed = feed
    }

    package var description: String { String(feed.id) }
}
