/// Strings (RFC 8259 §7), whose bytes must be well-formed UTF-8 (RFC 3629 §4).
///
/// An escaped surrogate without its partner is grammatical and accepted; it stands for U+FFFD when decoded.
extension Span<UInt8> {
    /// Moves past the string whose opening quote is at `position`.
    ///
    /// - Returns: whether it has escapes, so that its bytes are not its text.
    func skipString(_ position: inout Int) throws(JSONError) -> Bool {
        var index = position + 1
        var isEscaped = false
        while true {
            skipPlainText(&index)
            switch try byte(at: index) {
            case .quote:
                position = index + 1
                return isEscaped
            case .backslash:
                isEscaped = true
                try skipEscape(&index)
            case 0x80...:
                // Such characters come in runs; going on here is twice as fast as looking for plain text after each.
                repeat { try skipMultibyte(&index) } while index < count && self[index] >= 0x80
            case ..<0x20:
                throw JSONError(.controlCharacter, at: index)
            default:
                index += 1
            }
        }
    }

    /// Moves past printable ASCII other than quote and backslash, eight bytes at a time while there are eight.
    func skipPlainText(_ index: inout Int) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        while count - index >= 8 {
            let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            // A byte's top bit comes out set where the byte is above 0x7F, below 0x20, a quote or a backslash.
            // Borrows reach only the bytes behind such a one, so the first is always right.
            let quotes = (word ^ (ones &* 0x22)) &- ones
            let backslashes = (word ^ (ones &* 0x5C)) &- ones
            let stops = (word | (word &- ones &* 0x20) | quotes | backslashes) & (ones &* 0x80)
            guard stops == 0 else {
                index += stops.trailingZeroBitCount / 8
                return
            }
            index += 8
        }
    }

    private func skipEscape(_ index: inout Int) throws(JSONError) {
        switch try byte(at: index + 1) {
        case .quote, .backslash, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 2
        case UInt8(ascii: "u"):
            for digit in index + 2..<index + 6 where try byte(at: digit).hexadecimalValue == nil {
                throw JSONError(.badEscape, at: index)
            }
            index += 6
        default:
            throw JSONError(.badEscape, at: index)
        }
    }

    /// Moves past one character beyond ASCII; its second byte's range excludes overlongs, surrogates and what is
    /// above U+10FFFF (Unicode Standard, table 3-7).
    private func skipMultibyte(_ index: inout Int) throws(JSONError) {
        let length: Int
        let second: ClosedRange<UInt8>
        switch self[index] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONError(.invalidUTF8, at: index)
        }
        guard count - index >= length, second ~= self[index + 1],
            length < 3 || self[index + 2] & 0xC0 == 0x80,
            length < 4 || self[index + 3] & 0xC0 == 0x80
        else { throw JSONError(.invalidUTF8, at: index) }
        index += length
    }
}
