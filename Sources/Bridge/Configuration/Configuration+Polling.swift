extension Configuration {
    /// How often Redis is asked, and what is taken.
    package struct Polling: Sendable, Equatable {
        package var intervalMilliseconds = 1000
        /// The interval of a feed that had news a moment ago.
        package var activeIntervalMilliseconds = 100
        /// How often a watched list is compared with the stored position, whatever its flag.
        package var reconcileIntervalMilliseconds = 30_000
        /// How often every list is visited, watched or not.
        package var sweepIntervalMilliseconds = 600_000
        /// The size above which an entry is set aside.
        package var maxNotificationBytes = 65_536

        static let settings: [Setting<Configuration>] = [
            Setting("poll.interval_ms", \.poll.intervalMilliseconds, .integer(1...3_600_000)),
            Setting("poll.active_interval_ms", \.poll.activeIntervalMilliseconds, .integer(1...3_600_000)),
            Setting("poll.reconcile_interval_ms", \.poll.reconcileIntervalMilliseconds, .integer(100...86_400_000)),
            Setting("poll.sweep_interval_ms", \.poll.sweepIntervalMilliseconds, .integer(100...604_800_000)),
            Setting("poll.max_notification_bytes", \.poll.maxNotificationBytes, .integer(64...16_777_216)),
        ]
    }
}
