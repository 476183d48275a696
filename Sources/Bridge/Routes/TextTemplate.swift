/// Text with placeholders, such as `chat:{ticket_id}`.
struct TextTemplate: Hashable, Sendable, CustomStringConvertible {
    private enum Part: Hashable, Sendable {
        case literal(String)
        case placeholder(String)
    }

    let description: String
    private let parts: [Part]

    /// Parses a template; nil where a brace has no partner, or what stands between two is no name.
    init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[brace] == "{", let end = rest[brace...].firstIndex(of: "}") else { return nil }
            let name = rest[rest.index(after: brace)..<end]
            guard TextTemplate.isName(name) else { return nil }
            if brace > rest.startIndex { parts.append(.literal(String(rest[..<brace]))) }
            parts.append(.placeholder(String(name)))
            rest = rest[end...].dropFirst()
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        self.parts = parts
        description = text
    }

    /// The names between braces.
    var names: [String] {
        parts.compactMap { if case .placeholder(let name) = $0 { name } else { nil } }
    }

    /// The text with each placeholder's value in its place.
    func filled<E>(_ value: (String) throws(E) -> String) throws(E) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .placeholder(let name): text += try value(name)
            }
        }
        return text
    }

    /// Whether this can name a parameter: letters, digits, `_` and `-`, at most 64.
    static func isName(_ text: some StringProtocol) -> Bool {
        1...64 ~= text.utf8.count
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// A feed's name with placeholders in its ID; its kind is fixed.
struct FeedTemplate: Hashable, Sendable, CustomStringConvertible {
    let kind: String
    let id: TextTemplate

    /// Parses `KIND:ID`; nil where that is none, or a placeholder stands in the kind.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("{"),
            let id = TextTemplate(String(text[colon...].dropFirst()))
        else { return nil }
        kind = String(text[..<colon])
        self.id = id
    }

    var description: String { "\(kind):\(id)" }
}
