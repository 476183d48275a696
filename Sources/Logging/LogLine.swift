/// One line of the log, not yet written.
struct LogLine {
    let time: LogTime
    let level: LogLevel
    let message: String
    let fields: [(String, LogValue)]

    /// Words for people: values are quoted where they would otherwise run into what follows.
    var text: String {
        var line = "\(time) \(level.rawValue.uppercased())"
        line += level.rawValue.utf8.count < 5 ? "  " : " "
        line += message.escapingLineBreaks()
        for (name, value) in fields {
            line += " \(Self.word(name))=\(Self.word(value.description))"
        }
        return line
    }

    var json: String {
        var line = #"{"time":"\#(time)","level":"\#(level.rawValue)","message":"\#(message.escapingForQuotes())""#
        for (name, value) in fields {
            line += #","\#(name.escapingForQuotes())":\#(Self.json(value))"#
        }
        return line + "}"
    }

    private static func word(_ text: String) -> String {
        let escaped = text.escapingForQuotes()
        // What has been escaped is longer than before.
        let isPlain =
            escaped.utf8.count == text.utf8.count && !text.isEmpty && !text.utf8.contains { " =".utf8.contains($0) }
        return isPlain ? text : "\"\(escaped)\""
    }

    /// JSON has no literal for a number that is not finite.
    private static func json(_ value: LogValue) -> String {
        switch value {
        case .int(let number): String(number)
        case .double(let number) where number.isFinite: String(number)
        case .string, .double: "\"\(value.description.escapingForQuotes())\""
        }
    }
}
