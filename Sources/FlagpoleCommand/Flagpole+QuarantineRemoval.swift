import Bridge

/// What `flagpole quarantine` does to be rid of entries.
extension Flagpole {
    fileprivate static let all = CommandOption(
        name: "all", summary: "every entry, or with --feed every one of that feed")
    private static let mended = CommandOption(
        name: "json", value: "JSON", summary: "push this instead of the entry; for one SEQ only")

    static let resubmitting = Command(
        name: "quarantine resubmit", operands: "SEQ...", operandCount: 0...Int.max,
        summary: "push entries to their feeds again, and remove them here",
        details: """
            An entry is pushed as it is, or as --json has it, if the bridge would take it now: because
            poll.max_notification_bytes was raised, say. What it would not take stays, with a line that says why, and the
            exit status is 1.

            An entry is removed once Redis has it. If that is interrupted, the next resubmit pushes it again; its id is
            then known, and the second one is dropped. An entry without an id gets one made from its SEQ.
            """,
        options: [.config, .environmentFile, mended, all, ofFeed]
    ) { arguments throws(CommandError) in
        if arguments.has(mended), arguments.operands.count != 1 {
            throw .usage("--json is for one SEQ: flagpole quarantine resubmit SEQ --json JSON")
        }
        try arguments.checkSelection()
        let configuration = try arguments.configuration()
        let quarantine = try Quarantine(of: configuration)
        var resubmission = Resubmission(of: quarantine, configuration)
        return try forEach(try arguments.selection(in: quarantine)) { sequence throws(CommandError) in
            try resubmission.resubmit(sequence, as: arguments[mended].map { Array($0.utf8) })
        }
    }

    static let discarding = Command(
        name: "quarantine discard", operands: "SEQ...", operandCount: 0...Int.max, summary: "remove entries for good",
        options: [.config, .environmentFile, all, ofFeed]
    ) { arguments throws(CommandError) in
        try arguments.checkSelection()
        let quarantine = try Quarantine(of: arguments.configuration())
        return try forEach(try arguments.selection(in: quarantine)) { sequence throws(CommandError) in
            try quarantine.remove(sequence) ? .done("discarded") : .notThere
        }
    }

    /// Does something to each entry and says what became of it; the status is 1 where some could not be dealt with.
    private static func forEach(
        _ sequences: [Int64], _ action: (Int64) throws(CommandError) -> QuarantineOutcome
    ) throws(CommandError) -> Int32 {
        var status: Int32 = 0
        for sequence in sequences {
            switch try action(sequence) {
            case .done(let text):
                Terminal.output.write("\(sequence) \(text)\n")
            case .refused(let reason):
                Terminal.error.write("\(Terminal.error.styled(.red, "flagpole:")) \(sequence): \(reason)\n")
                status = 1
            }
        }
        return status
    }
}

extension ParsedArguments {
    /// Checks that it is said which entries are meant: by number, or all.
    fileprivate func checkSelection() throws(CommandError) {
        switch (operands.isEmpty, has(Flagpole.all)) {
        case (true, false): throw .usage("SEQ... is missing: name entries by their numbers, or say --all")
        case (false, true): throw .usage("--all does not go with SEQ")
        case (false, false) where has(Flagpole.ofFeed): throw .usage("--feed goes with --all, not with SEQ")
        default: _ = (try sequences(), try feed())
        }
    }

    /// The entries that are meant, oldest first.
    fileprivate func selection(in quarantine: Quarantine) throws(CommandError) -> [Int64] {
        try has(Flagpole.all) ? quarantine.sequences(of: feed()) : Array(Set(sequences())).sorted()
    }
}
