/// The syntax of a host with an optional port, as in Host (RFC 9110 §7.2, RFC 3986 §3.2.2).
enum Authority {
    /// Whether the bytes of `range` are `uri-host [":" port]`; the empty host is one.
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        if index < range.upperBound, bytes[index] == UInt8(ascii: "[") {
            guard let close = range.first(where: { bytes[$0] == UInt8(ascii: "]") }),
                IPv6Literal.isValid(bytes, index + 1..<close)
            else { return false }
            index = close + 1
        } else {
            while index < range.upperBound, bytes[index] != UInt8(ascii: ":") {
                guard isNameByte(bytes, index, range.upperBound) else { return false }
                index += 1
            }
        }
        guard index < range.upperBound else { return true }
        return bytes[index] == UInt8(ascii: ":") && (index + 1..<range.upperBound).allSatisfy { bytes[$0].isDigit }
    }

    private static func isNameByte(_ bytes: Span<UInt8>, _ index: Int, _ end: Int) -> Bool {
        guard bytes[index] == UInt8(ascii: "%") else { return bytes[index].isUnreserved || bytes[index].isSubDelimiter }
        return index + 2 < end && bytes[index + 1].hexValue != nil && bytes[index + 2].hexValue != nil
    }
}
