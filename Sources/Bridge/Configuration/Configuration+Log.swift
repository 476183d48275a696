import Logging

extension Configuration {
    /// What the log says, and how.
    package struct Log: Sendable, Equatable {
        package var level = LogLevel.info
        package var format = Logger.Format.text

        static let settings: [Setting<Configuration>] = [
            Setting("log.level", \.log.level, .choice()),
            Setting("log.format", \.log.format, .choice()),
        ]
    }
}
