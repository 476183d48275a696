import Feeds

/// The keys of writers and operators.
///
/// They are written as `KEY`, or as `KEY kind kind` where the key is good for these kinds only; several are separated
/// by commas, so that keys can be rotated. A key is 16 or more visible ASCII characters without a comma: `=` and `+` may
/// be part of one, as in Base 64, a space cannot.
package struct AdminKeys: Sendable {
    /// What a key is good for.
    package enum Scope: Hashable, Sendable {
        case everything
        case kinds(Set<String>)

        /// Whether the key may act on feeds of that kind.
        package func allows(kind: some StringProtocol) -> Bool {
            switch self {
            case .everything: true
            case .kinds(let kinds): kinds.contains(String(kind))
            }
        }
    }

    package static let minimumBytes = 16

    /// Digests rather than keys: all are of one length, and no key stands in memory.
    private var keys: [(digest: [UInt8], scope: Scope)] = []

    /// Reads the value of `FLAGPOLE_ADMIN_KEY`; a blank one has no keys.
    ///
    /// - Throws: `badSetting`; keys are told by their place.
    package init(_ text: String) throws(AccessError) {
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        for (index, item) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            try add(item.split(whereSeparator: \.isWhitespace), number: index + 1)
        }
    }

    package var isEmpty: Bool { keys.isEmpty }

    /// All kinds that a key is confined to, for whoever knows which kinds there are.
    package var kinds: Set<String> {
        keys.reduce(into: []) { kinds, key in
            if case .kinds(let some) = key.scope { kinds.formUnion(some) }
        }
    }

    /// A key's place, counted from 1, and what it is good for; nil where it is none of these.
    ///
    /// Looks at all of them, whichever it is. Of equal keys the last counts.
    package func find(_ key: String) -> (number: Int, scope: Scope)? {
        let digest = SHA256.digest(of: Array(key.utf8))
        return keys.enumerated().reduce(nil) { found, key in
            compareInConstantTime(key.element.digest, digest) ? (key.offset + 1, key.element.scope) : found
        }
    }

    private mutating func add(_ words: [Substring], number: Int) throws(AccessError) {
        guard let key = words.first else { throw AdminKeys.refusal(number, "is empty") }
        guard key.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw AdminKeys.refusal(number, "has other characters")
        }
        guard key.utf8.count >= AdminKeys.minimumBytes else {
            throw AdminKeys.refusal(number, "has \(key.utf8.count) characters")
        }
        let kinds = words.dropFirst()
        guard kinds.allSatisfy({ FeedName.isKind($0.utf8) }) else {
            throw AdminKeys.refusal(number, "is followed by what is no kind")
        }
        let scope: Scope = kinds.isEmpty ? .everything : .kinds(Set(kinds.map(String.init)))
        keys.append((SHA256.digest(of: Array(key.utf8)), scope))
    }

    private static func refusal(_ number: Int, _ problem: String) -> AccessError {
        .badSetting(
            "FLAGPOLE_ADMIN_KEY: key \(number) \(problem); allowed are \(minimumBytes) or more visible ASCII "
                + "characters without a comma, and behind a space the kinds that it is good for")
    }
}
