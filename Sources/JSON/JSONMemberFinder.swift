/// Notes where the wanted members of the outermost object lie.
struct JSONMemberFinder: JSONVisitor {
    let members: [[UInt8]]
    /// One place for each of `members`.
    var found: [JSONRawValue?] = []
    /// Where the document begins, if it is something other than an object.
    private(set) var offsetOfOther: Int?

    private var depth = 0
    /// Which of `members` the next value at depth 1 belongs to.
    private var wanted: Int?
    /// The container at depth 1 that is open.
    private var container = (kind: JSONRawValue.Kind.object, start: 0)

    init(members: [[UInt8]]) {
        self.members = members
    }

    /// Forgets what was found in another document.
    mutating func clear() {
        if found.count == members.count {
            for index in found.indices { found[index] = nil }
        } else {
            found = Array(repeating: nil, count: members.count)
        }
    }

    mutating func name(_ token: Range<Int>, isEscaped: Bool, in bytes: Span<UInt8>) {
        guard depth == 1 else { return }
        wanted = isEscaped ? members.firstIndex(of: Array(bytes.text(of: token).utf8)) : index(of: token, in: bytes)
    }

    mutating func scalar(_ value: JSONRawValue, in bytes: Span<UInt8>) {
        if depth == 1 {
            if let wanted { found[wanted] = value }
        } else if depth == 0 {
            offsetOfOther = value.range.lowerBound
        }
    }

    mutating func begin(_ kind: JSONRawValue.Kind, at offset: Int) {
        if depth == 1 {
            container = (kind, offset)
        } else if depth == 0, kind != .object {
            offsetOfOther = offset
        }
        depth += 1
    }

    mutating func end(at offset: Int) {
        depth -= 1
        guard depth == 1, let wanted else { return }
        found[wanted] = JSONRawValue(kind: container.kind, range: container.start..<offset)
    }

    private func index(of token: Range<Int>, in bytes: Span<UInt8>) -> Int? {
        members.firstIndex { member in
            member.count == token.count - 2
                && member.indices.allSatisfy { member[$0] == bytes[token.lowerBound + 1 + $0] }
        }
    }
}
