extension Kind {
    /// What becomes of notifications that `max_per_second` does not let through at once.
    package enum OverLimit: String, CaseIterable, Sendable {
        /// They are not sent to this stream.
        case drop
        /// The newest of them is sent when its time comes.
        case latest
    }

    /// How many notifications make one event, and how long the first of them waits for the others.
    package struct Batch: Hashable, Sendable {
        package var maxCount: Int
        package var maxDelayMilliseconds: Int
        /// The event's name, if it has one.
        package var event: String?

        package init(maxCount: Int = 10, maxDelayMilliseconds: Int = 5000, event: String? = nil) {
            self.maxCount = maxCount
            self.maxDelayMilliseconds = maxDelayMilliseconds
            self.event = event
        }
    }
}
