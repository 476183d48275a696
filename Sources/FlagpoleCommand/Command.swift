import Bridge

/// What `flagpole` can do, with the options that it takes.
struct Command: Sendable {
    let name: String
    /// What follows the name, such as `FEED...`.
    var operands = ""
    /// How many operands there may be.
    var operandCount = 0...0
    /// One line, without a full stop.
    let summary: String
    /// What the help says after the options.
    var details = ""
    let options: [CommandOption]
    /// What a word after the name makes of it, such as `show` in `flagpole quarantine show`; their names are of two words.
    var actions: [Command] = []
    /// Whether an operand is a secret, so that no error repeats what may be meant for one.
    var takesSecret = false
    /// Returns the exit status.
    let run: @Sendable (ParsedArguments) throws(CommandError) -> Int32

    /// All that it takes: its own options and `--help`.
    var allOptions: [CommandOption] { options + [.help] }

    var help: String {
        let usage = ["usage: flagpole", name, operands, "[OPTION...]"].filter { !$0.isEmpty }.joined(separator: " ")
        let actions = Self.columns(actions.map { ("\($0.word) \($0.operands)", $0.summary) })
        let options = Self.columns(allOptions.map { ($0.usage, $0.summary) })
        return [summary, usage, actions, options, details].filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    /// The last word of the name.
    private var word: String { name.split(separator: " ").last.map(String.init) ?? name }

    /// The action that the first operand among the arguments names, with the other arguments; itself where none is named.
    func action(in arguments: ArraySlice<String>) throws(CommandError) -> (Command, ArraySlice<String>) {
        guard !actions.isEmpty, let index = firstOperand(in: arguments) else { return (self, arguments) }
        guard let action = actions.first(where: { $0.word == arguments[index] }) else {
            let nearest = Spelling.nearest(to: arguments[index], among: actions.map(\.word))
            let suggestion = nearest.map { "did you mean \($0)?" } ?? "`flagpole \(name) --help` lists what it can do"
            throw .usage("flagpole \(name) does not take \(repeated(arguments[index])): \(suggestion)")
        }
        return (action, arguments[..<index] + arguments[(index + 1)...])
    }

    /// A word that it was given, as an error tells it.
    func repeated(_ word: String) -> String { takesSecret ? "…" : word.printable }

    /// What is wrong with a word that is taken for an option and is none.
    func unknownOption(_ word: String, suggestion: String? = nil) -> CommandError {
        let advice = suggestion ?? "`flagpole \(name) --help` lists the options"
        let escape = operandCount.upperBound > 0 ? "; after -- it is no option" : ""
        return .usage("unknown option \(repeated(word)): \(advice)\(escape)")
    }

    private func firstOperand(in arguments: ArraySlice<String>) -> Int? {
        var isValue = false
        return arguments.indices.first { index in
            let argument = arguments[index]
            if isValue {
                isValue = false
            } else if argument.hasPrefix("-") {
                isValue = options.contains { $0.value != nil && argument == "--\($0.name)" }
            } else {
                return true
            }
            return false
        }
    }

    /// Lines of a term and its explanation, the explanations one below the other.
    static func columns(_ rows: [(term: String, explanation: String)]) -> String {
        let width = rows.map(\.term.count).max() ?? 0
        return rows.map { row in
            "  \(row.term)\(String(repeating: " ", count: width - row.term.count))  \(row.explanation)"
        }.joined(separator: "\n")
    }
}

/// An option such as `--config FILE`.
struct CommandOption: Sendable {
    /// Without the dashes.
    let name: String
    /// What stands for its value in the help; nil where it takes none.
    var value: String?
    let summary: String

    var usage: String { "--\(name)" + (value.map { " \($0)" } ?? "") }
}

/// Options of several commands.
extension CommandOption {
    static let help = CommandOption(name: "help", summary: "print this text")
    static let config = CommandOption(
        name: "config", value: "FILE", summary: "the configuration, instead of ./config.json")
    static let environmentFile = CommandOption(
        name: "env-file", value: "FILE", summary: "NAME=VALUE lines that count more than the configuration")
    static let json = CommandOption(name: "json", summary: "print JSON")
    static let url = CommandOption(
        name: "url", value: "URL", summary: "the bridge's http://HOST:PORT, instead of the configuration's")
}
