/// Something that the bridge promised and did not keep in a chaos run.
struct ChaosViolation: Sendable {
    enum Kind: String, CaseIterable {
        /// Acknowledged to its writer, and not stored, or not received by a stream that is owed it.
        case lost
        case twice
        case outOfOrder = "out of order"
        /// Received as something that the database does not hold at that position.
        case neverCommitted = "never committed"
        /// A stream was told that it cannot have what it is owed.
        case resync
        /// A stream got what nobody had pushed, or no proper answer.
        case surprise
        /// Not everything had come when it had to.
        case late
    }

    let kind: Kind
    let text: String
    /// When it happened; of something lost, when it was acknowledged.
    let time: ContinuousClock.Instant?
}

/// What an audit found: how much of each kind, and the first of them.
struct ChaosVerdict: CustomStringConvertible {
    var violations: [ChaosViolation] = []

    var isClean: Bool { violations.isEmpty }

    func count(_ kind: ChaosViolation.Kind) -> Int { violations.count { $0.kind == kind } }

    var description: String {
        let counts = ChaosViolation.Kind.allCases.map { "\($0.rawValue) \(count($0))" }.joined(separator: ", ")
        let examples = ChaosViolation.Kind.allCases.flatMap { kind in
            violations.filter { $0.kind == kind }.prefix(5).map { "  \(kind.rawValue): \($0.text)" }
        }
        return ([counts] + examples).joined(separator: "\n")
    }
}
