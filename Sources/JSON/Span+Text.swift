/// What strings mean once their escapes are decoded.
extension Span<UInt8> {
    /// The text of the valid string at `token`, its quotes included in the range.
    func text(of token: Range<Int>) -> String {
        let content = extracting(token.lowerBound + 1..<token.upperBound - 1)
        return content.withUnsafeBufferPointer { content in
            content.contains(.backslash)
                ? String(decoding: content.span.unescaped(), as: UTF8.self)
                : String(decoding: content, as: UTF8.self)
        }
    }

    /// The ASCII at `range`, as it is written.
    func literal(of range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    private func unescaped() -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(count)
        var index = 0
        while index < count {
            guard self[index] == .backslash else {
                text.append(self[index])
                index += 1
                continue
            }
            let escape = self[index + 1]
            if escape == UInt8(ascii: "u") {
                text.append(contentsOf: unicodeEscape(&index).utf8)
            } else {
                text.append(Self.meaning(of: escape))
                index += 2
            }
        }
        return text
    }

    /// Decodes `\uXXXX`, or two of them that make a surrogate pair, and moves past.
    private func unicodeEscape(_ index: inout Int) -> Unicode.Scalar {
        let unit = codeUnit(at: index)
        index += 6
        if 0xD800...0xDBFF ~= unit, count - index >= 6, self[index] == .backslash,
            self[index + 1] == UInt8(ascii: "u")
        {
            let low = codeUnit(at: index)
            if 0xDC00...0xDFFF ~= low {
                index += 6
                return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
            }
        }
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    private func codeUnit(at index: Int) -> UInt32 {
        (index + 2..<index + 6).reduce(0) { $0 << 4 | (self[$1].hexadecimalValue ?? 0) }
    }

    private static func meaning(of escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): .lineFeed
        case UInt8(ascii: "r"): .carriageReturn
        case UInt8(ascii: "t"): .tab
        default: escape
        }
    }
}
