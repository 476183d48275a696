import Feeds

/// A command that is run from time to time while a feed is watched, and whose output goes to that feed.
package struct Generator: Equatable, Sendable {
    package let feed: FeedName
    /// The program and its arguments; no shell takes part.
    package var command: [String] = []
    /// How long it is from one start to the next.
    package var everyMilliseconds = 1000
    /// A time limit that was configured; see ``timeoutMilliseconds``.
    var explicitTimeout: Int?

    /// How long a run may take.
    package var timeoutMilliseconds: Int { explicitTimeout ?? max(everyMilliseconds, 10_000) }
}
