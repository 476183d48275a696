/// JSON's tokens (RFC 8259 §2, §6): each method moves `position` past one, or throws where it is broken.
///
/// All reads go through `Span`, which checks its bounds in release builds too.
extension Span<UInt8> {
    func skipWhiteSpace(_ position: inout Int) {
        while position < count {
            switch self[position] {
            case .space, .tab, .lineFeed, .carriageReturn: position += 1
            default: return
            }
        }
    }

    /// The byte at `position`, which is not moved.
    func byte(at position: Int) throws(JSONError) -> UInt8 {
        guard position < count else { throw JSONError(.unexpectedEnd, at: count) }
        return self[position]
    }

    func skip(_ expected: UInt8, _ position: inout Int) throws(JSONError) {
        guard try byte(at: position) == expected else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
    }

    /// Moves past `true`, `false` or `null`.
    func skipLiteral(_ literal: StaticString, _ position: inout Int) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            try skip(literal.utf8Start[index], &position)
        }
    }

    /// Moves past a number: no plus sign, no leading zeros, digits on both sides of a point.
    func skipNumber(_ position: inout Int) throws(JSONError) {
        if self[position] == .minus { position += 1 }
        let first = position
        try skipDigits(&position)
        guard self[first] != .zero || position == first + 1 else { throw JSONError(.badNumber, at: first) }
        if position < count, self[position] == .point {
            position += 1
            try skipDigits(&position)
        }
        if position < count, self[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < count, self[position] == .plus || self[position] == .minus { position += 1 }
            try skipDigits(&position)
        }
    }

    private func skipDigits(_ position: inout Int) throws(JSONError) {
        guard try byte(at: position).isDigit else { throw JSONError(.badNumber, at: position) }
        repeat { position += 1 } while position < count && self[position].isDigit
    }
}
