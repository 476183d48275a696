/// A Redis key with a feed's ID in it, such as `notifications:user:{id}`.
package struct KeyTemplate: Hashable, Sendable, CustomStringConvertible {
    package let prefix: String
    package let suffix: String

    /// Parses a template; `nil` unless it has `{id}` once, with a literal part before it.
    package init?(_ template: String) {
        let placeholder = "{id}"
        guard let range = template.firstRange(of: placeholder), range.lowerBound != template.startIndex,
            template[range.upperBound...].firstRange(of: placeholder) == nil
        else { return nil }
        prefix = String(template[..<range.lowerBound])
        suffix = String(template[range.upperBound...])
    }

    package var description: String { "\(prefix){id}\(suffix)" }

    /// The key of the feed with this ID.
    package func key(for id: some StringProtocol) -> String {
        "\(prefix)\(id)\(suffix)"
    }

    /// The ID in a key that this template made; `nil` for any other key.
    package func id(in key: some StringProtocol) -> String? {
        // Bytes, not characters: an equal text in another normal form is another key.
        guard key.utf8.count > prefix.utf8.count + suffix.utf8.count, key.utf8.starts(with: prefix.utf8),
            key.utf8.reversed().starts(with: suffix.utf8.reversed())
        else { return nil }
        let id = key.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
        return FeedName.isID(id) ? String(decoding: id, as: UTF8.self) : nil
    }

    /// The glob pattern for Redis's `SCAN ... MATCH` that every key of this template matches.
    package var scanPattern: String {
        "\(KeyTemplate.escapingGlob(prefix))*\(KeyTemplate.escapingGlob(suffix))"
    }

    /// The text with what has a meaning in Redis's patterns escaped.
    package static func escapingGlob(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if "*?[]\\^-".unicodeScalars.contains(scalar) { escaped.append("\\") }
            escaped.append(scalar)
        }
        return String(escaped)
    }

    /// Whether two templates can make the same key, for whatever two IDs.
    package func overlaps(_ other: KeyTemplate) -> Bool {
        let (left, right) = (Array(prefix.utf8), Array(other.prefix.utf8))
        return left.count >= right.count
            ? overlaps(other, left, right) : other.overlaps(self, right, left)
    }

    /// With `longer` = `shorter` + `extra`, looks for IDs a, b: extra + a + suffix = b + other.suffix.
    private func overlaps(_ other: KeyTemplate, _ longer: [UInt8], _ shorter: [UInt8]) -> Bool {
        guard longer.starts(with: shorter) else { return false }
        let extra = Array(longer[shorter.count...])
        let (mine, theirs) = (Array(suffix.utf8), Array(other.suffix.utf8))
        if mine.count >= theirs.count {
            // b = extra + a + (what my suffix has before theirs)
            guard mine.reversed().starts(with: theirs.reversed()) else { return false }
            return (extra + mine.dropLast(theirs.count)).allSatisfy(FeedName.isIDByte)
        }
        guard theirs.reversed().starts(with: mine.reversed()) else { return false }
        let rest = Array(theirs.dropLast(mine.count))
        // extra + a = b + rest: either both lie wholly within an ID, or `extra` ends with what `rest` begins with.
        if (extra + rest).allSatisfy(FeedName.isIDByte) { return true }
        return (0..<min(extra.count, rest.count)).contains { shared in
            let (head, tail) = (extra.dropLast(shared + 1), rest.dropFirst(shared + 1))
            return extra.suffix(shared + 1).elementsEqual(rest.prefix(shared + 1)) && FeedName.isID(head)
                && FeedName.isID(tail)
        }
    }
}
