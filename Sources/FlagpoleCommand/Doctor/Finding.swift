import JSON

/// What one look at the system has found.
struct Finding: Equatable {
    enum Severity: String {
        case ok, warn, fail
    }

    let subject: String
    let severity: Severity
    let text: String
    /// What to do about it.
    var advice: String?

    static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(subject: subject, severity: .ok, text: text)
    }

    static func warn(_ subject: String, _ text: String, _ advice: String) -> Finding {
        Finding(subject: subject, severity: .warn, text: text, advice: advice)
    }

    static func fail(_ subject: String, _ text: String, _ advice: String) -> Finding {
        Finding(subject: subject, severity: .fail, text: text, advice: advice)
    }

    /// The finding on one line, for standard output.
    var line: String {
        let mark = severity.rawValue.padded(to: 6)
        let shown = severity == .ok ? mark : Terminal.output.styled(severity == .fail ? .red : .bold, mark)
        return shown + subject.padded(to: 15) + text.printable + (advice.map { ": \($0.printable)" } ?? "")
    }

    var json: JSONValue {
        .object([
            "check": .string(subject), "status": .string(severity.rawValue), "finding": .string(text),
            "advice": advice.map { .string($0) } ?? .null,
        ])
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
