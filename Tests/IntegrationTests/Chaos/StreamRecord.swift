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

    let name: String
    let feeds: [Int]
    /// Whether it first asked for all that is stored; otherwise it is owed what follows its first cursor.
    let startsWithBacklog: Bool
    var firstCursor: LogPosition?
    var arrivals: [Arrival] = []
    /// What no stream of this run ought to get.
    var surprises: [(time: ContinuousClock.Instant, text: String, isResync: Bool)] = []

    /// The position behind which the stream is owed everything; nil where it never began.
    var start: LogPosition? { startsWithBacklog ? 0 : firstCursor }
}
