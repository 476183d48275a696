import Feeds

/// What a grant lists: one feed, `job:7`, or all of a kind, `job:*`.
///
/// There is no pattern for everything.
package enum FeedPattern: Hashable, Sendable, CustomStringConvertible {
    case feed(FeedName)
    case kind(String)

    package init?(_ text: String) {
        if let feed = FeedName(text) {
            self = .feed(feed)
        } else {
            guard text.utf8.suffix(2).elementsEqual(":*".utf8) else { return nil }
            let kind = text.utf8.dropLast(2)
            guard FeedName.isKind(kind) else { return nil }
            self = .kind(String(decoding: kind, as: UTF8.self))
        }
    }

    package var description: String {
        switch self {
        case .feed(let feed): feed.text
        case .kind(let kind): "\(kind):*"
        }
    }
}
