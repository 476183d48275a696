import JSON

/// The rules of a kind that look into entries.
package struct EntryRules: Hashable, Sendable {
    /// Whether of entries with the same key only the newest is sent.
    package var coalesces = false
    /// What makes an entry its feed's last.
    package var ending: EntryCondition?
    /// What an entry has to meet to be sent.
    package var conditions: [EntryCondition] = []

    package init(coalesces: Bool = false, ending: EntryCondition? = nil, conditions: [EntryCondition] = []) {
        self.coalesces = coalesces
        self.ending = ending
        self.conditions = conditions
    }

    package var areEmpty: Bool { !coalesces && ending == nil && conditions.isEmpty }
}

/// What the rules of its kind say of an entry.
package struct EntryRuling: Hashable, Sendable {
    /// Whether it is sent; otherwise it is only stored.
    package var isSent = true
    /// Whether it is its feed's last.
    ///
    /// Such an entry is always sent, whatever else the rules say.
    package var isTerminal = false
    /// What makes it one of several of which only the newest is sent, empty where it says nothing; `nil` where the rules
    /// do not ask.
    package var key: String?

    package init(isSent: Bool = true, isTerminal: Bool = false, key: String? = nil) {
        self.isSent = isSent
        self.isTerminal = isTerminal
        self.key = key
    }
}

/// Applies rules to entries, looking at each once.
package struct EntryJudge: Sendable {
    private let rules: EntryRules
    /// The members that the rules ask for, each once.
    private let members: [String]
    private let scanner: JSONObjectScanner
    private var found: [JSONRawValue?] = []

    private static let keyMember = "key"

    /// - Parameter rules: What entries are judged by.
    package init(_ rules: EntryRules) {
        self.rules = rules
        let conditions = rules.conditions + (rules.ending.map { [$0] } ?? [])
        let wanted = conditions.map(\.member) + (rules.coalesces ? [EntryJudge.keyMember] : [])
        members = wanted.enumerated().filter { wanted.firstIndex(of: $1) == $0 }.map(\.element)
        scanner = JSONObjectScanner(members: members)
    }

    /// Judges an entry that is known to be one.
    package mutating func judge(_ bytes: UnsafeBufferPointer<UInt8>) -> EntryRuling {
        var ruling = EntryRuling()
        guard (try? scanner.scan(bytes, found: &found)) != nil else { return ruling }
        ruling.isTerminal = rules.ending.map { $0.holds(for: value(of: $0.member), in: bytes) } ?? false
        ruling.isSent =
            ruling.isTerminal || rules.conditions.allSatisfy { $0.holds(for: value(of: $0.member), in: bytes) }
        if rules.coalesces && ruling.isSent { ruling.key = key(in: bytes) }
        return ruling
    }

    private func value(of member: String) -> JSONRawValue? {
        members.firstIndex(of: member).flatMap { found[$0] }
    }

    /// A string or a number as it is written; anything else counts as no key, and those without one share one.
    private func key(in bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard let value = value(of: EntryJudge.keyMember) else { return "" }
        return switch value.kind {
        case .string: value.string(in: bytes) ?? ""
        case .number: String(decoding: bytes[value.range], as: UTF8.self)
        default: ""
        }
    }
}
