import Bridge
import Feeds

/// `flagpole quarantine`, and what it does to look at entries.
extension Flagpole {
    static let ofFeed = CommandOption(name: "feed", value: "FEED", summary: "only this feed's entries")
    private static let limit = CommandOption(
        name: "limit", value: "N", summary: "the newest so many, instead of the newest 50")
    private static let json = CommandOption(
        name: "json", summary: "print each entry whole in a JSON object, one a line; in base 64 what is no UTF-8")

    static let quarantine = Command(
        name: "quarantine", operands: "[ACTION]", summary: "look at entries that were set aside, and deal with them",
        details: """
            Without an action it lists. All work beside a bridge that runs, and all but resubmit without one;
            `flagpole quarantine ACTION --help` explains an action.
            """,
        options: listing.options, actions: [listing, showing, resubmitting, discarding], run: listing.run)

    private static let listing = Command(
        name: "quarantine list", summary: "list entries, the newest last",
        options: [.config, .environmentFile, ofFeed, limit, json]
    ) { arguments throws(CommandError) in
        let feed = try arguments.feed()
        let limit = try arguments.count(limit) ?? 50
        let quarantine = try Quarantine(of: arguments.configuration())
        let sequences = try quarantine.sequences(of: feed, newest: limit)
        var rows: [[String]] = []
        for sequence in sequences {
            guard let entry = try quarantine.entry(sequence) else { continue }
            if arguments.has(json) {
                Terminal.output.write(QuarantinePrinter.json(entry))
            } else {
                rows.append(QuarantinePrinter.row(entry))
            }
        }
        Terminal.output.write(QuarantinePrinter.table(rows))
        let older = try quarantine.count(of: feed) - sequences.count
        if sequences.isEmpty { Terminal.error.note("nothing was set aside") }
        if older > 0 { Terminal.error.note("\(older) more before these: --limit N shows the newest N") }
        return 0
    }

    private static let showing = Command(
        name: "quarantine show", operands: "SEQ", operandCount: 1...1,
        summary: "print an entry whole, and why it is here",
        details: """
            The entry goes to standard output, byte for byte unless that is a terminal; what is wrong with it goes to
            standard error.
            """,
        options: [.config, .environmentFile, json]
    ) { arguments throws(CommandError) in
        let sequence = try arguments.sequences()[0]
        let quarantine = try Quarantine(of: arguments.configuration())
        guard let entry = try quarantine.entry(sequence) else { throw .failure("there is no entry \(sequence)") }
        guard !arguments.has(json) else {
            Terminal.output.write(QuarantinePrinter.json(entry))
            return 0
        }
        Terminal.error.note("\(entry.sequence) of \(entry.feed.printable): \(entry.explanation)")
        if Terminal.output.isInteractive {
            Terminal.output.write(String(decoding: entry.bytes, as: UTF8.self).printable + "\n")
        } else {
            Terminal.output.write(entry.bytes)
        }
        return 0
    }
}

extension ParsedArguments {
    /// The feed whose entries are meant; nil for those of all.
    func feed() throws(CommandError) -> FeedName? {
        guard let text = self[Flagpole.ofFeed] else { return nil }
        return try .operand(text)
    }

    /// The entries that the operands name.
    func sequences() throws(CommandError) -> [Int64] {
        var sequences: [Int64] = []
        for operand in operands {
            guard let sequence = Int64(operand), sequence > 0 else {
                throw .usage("\(operand.printable) is no SEQ: allowed is a number that `flagpole quarantine` lists")
            }
            sequences.append(sequence)
        }
        return sequences
    }
}
