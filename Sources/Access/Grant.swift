import Feeds

/// What a reader may read: the feed of its own identity, and what is listed.
package struct Grant: Hashable, Sendable {
    package let identity: Identity?
    package let patterns: Set<FeedPattern>
    /// When it ends, in milliseconds since the Unix epoch; nil where it never does.
    package let expiresAt: Int64?

    package init(identity: Identity?, patterns: Set<FeedPattern> = [], expiresAt: Int64? = nil) {
        self.identity = identity
        self.patterns = patterns
        self.expiresAt = expiresAt
    }

    /// Whether the feed may be read; O(1), however much is listed.
    package func allows(_ feed: FeedName) -> Bool {
        feed == identity?.feed || patterns.contains(.feed(feed)) || patterns.contains(.kind(String(feed.kind)))
    }
}
