/// Writes log lines of a level and above.
///
/// Each line is complete in one `write`, so that lines of several threads and processes do not mix. Nothing in a
/// message or field can begin a line of its own.
package struct Logger: Sendable {
    package enum Format: String, CaseIterable, Sendable {
        /// `2026-11-21T08:00:00.123Z INFO  message key=value key="va lue"`
        case text
        /// `{"time":"2026-11-21T08:00:00.123Z","level":"info","message":"message","key":"value"}`
        case json
    }

    /// The lowest level that is written.
    package let level: LogLevel
    private let format: Format
    private let now: @Sendable () -> LogTime
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - level: the lowest level that is written.
    ///   - format: how lines look.
    ///   - now: the time that lines bear.
    ///   - write: takes a line with its line feed; standard error by default.
    package init(
        level: LogLevel = .info, format: Format = .text, now: @escaping @Sendable () -> LogTime = { .now },
        write: (@Sendable ([UInt8]) -> Void)? = nil
    ) {
        self.level = level
        self.format = format
        self.now = now
        self.write = write ?? StandardError.write
    }

    package func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, LogValue)] = []) {
        log(.debug, message(), fields())
    }

    package func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, LogValue)] = []) {
        log(.info, message(), fields())
    }

    package func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, LogValue)] = []) {
        log(.warning, message(), fields())
    }

    package func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [(String, LogValue)] = []) {
        log(.error, message(), fields())
    }

    /// Writes a line unless its level is too low; then message and fields are not evaluated.
    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> [(String, LogValue)] = []
    ) {
        guard level >= self.level else { return }
        let line = LogLine(time: now(), level: level, message: message(), fields: fields())
        let text =
            switch format {
            case .text: line.text
            case .json: line.json
            }
        write(Array((text + "\n").utf8))
    }
}
