/// Why bytes are not the JSON that was asked for, and where.
package struct JSONError: Error, Equatable, Sendable {
    /// What is wrong at the offset.
    package enum Reason: String, Sendable, CaseIterable {
        case unexpectedByte = "unexpected byte"
        case unexpectedEnd = "unexpected end"
        case byteOrderMark = "byte order mark"
        case invalidUTF8 = "invalid UTF-8"
        case controlCharacter = "unescaped control character"
        case badEscape = "bad escape"
        case badNumber = "bad number"
        case tooDeep = "nested too deeply"
        case trailingBytes = "bytes after the value"
        case notAnObject = "not an object"
    }

    package let reason: Reason
    /// The offending byte, counted from 0; the number of bytes where they end too early.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// Line and column of the offset in the bytes that were read, both counted from 1, the column in characters.
    package func position(in bytes: some Collection<UInt8>) -> (line: Int, column: Int) {
        var (line, column) = (1, 1)
        for byte in bytes.prefix(offset) {
            if byte == .lineFeed {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Continuation bytes of UTF-8 belong to the character that is already counted.
                column += 1
            }
        }
        return (line, column)
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "\(reason.rawValue) at byte \(offset)" }
}
