import Feeds

extension Hub {
    /// Has the poller look at the flags of broadcast events.
    ///
    /// Not before the database has said where a stream begins that asks for them: an event that was raised before, and
    /// is taken down for this stream's sake, then comes after its beginning.
    func watchEvents() {
        guard !watchesEvents else { return }
        watchesEvents = true
        newlyWatched.append(.broadcasts)
    }

    /// Notes which feeds have no stream any more.
    func forsake(_ feeds: [FeedName]) {
        for feed in feeds {
            if feed == .broadcasts {
                guard watchesEvents else { continue }
                watchesEvents = false
            }
            newlyForsaken.append(feed)
        }
    }
}

extension StreamRequest {
    /// What the stream is subscribed to: its feeds, and broadcast events if it asks for them.
    var channels: [StreamFeed] {
        feeds + (asksForEvents ? [StreamFeed(name: .broadcasts, isInbox: false)] : [])
    }
}
