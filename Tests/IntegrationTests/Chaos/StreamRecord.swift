import Feeds

/// What a stream of a chaos run has received, over all of its connections.
struct StreamRecord: Sendable {
    /// A notification, as it came.
    struct Arrival: Sendable {
        let entry: ChaosEntry
        let position: LogPosition
        let time: ContinuousClock.Instant
        /// Since when the stream had been reading or trying to: what came before did not keep it waiting.
        let isWillingSince: ContinuousClock.Instant
    }

    /// What it was told to be read.
    struct Read: Sendable {
        let position: LogPosition
        let feed: String
        /// How many notifications had come by then.
        let arrivals: Int
    }

    let name: String
    let feeds: [Int]
    /// Whether it first asked for all that is stored; otherwise it is owed what follows its first cursor.
    let startsWithBacklog: Bool
    var firstCursor: LogPosition?
    var arrivals: [Arrival] = []
    var reads: [Read] = []
    /// What no stream of this run ought to get.
    var surprises: [(time: ContinuousClock.Instant, text: String, isResync: Bool)] = []

    /// The position behind which the stream is owed everything; nil where it never began.
    var start: LogPosition? { startsWithBacklog ? 0 : firstCursor }
}
