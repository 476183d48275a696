/// Percent-encoding of URL parts (RFC 3986 §2.1), and the `+` of form-encoded queries.
package enum PercentEncoding {
    /// The text with its escapes taken off; nil for an incomplete escape and for what is not UTF-8 afterwards.
    package static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        let bytes = Array(text.utf8)
        return decode(bytes.span, 0..<bytes.count, plusIsSpace: plusIsSpace)
    }

    /// The text as a path segment or a query's name or value: all but unreserved characters escaped, slashes too.
    package static func encode(_ text: String) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte.isUnreserved {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(upperHexDigit(byte >> 4))
                out.append(upperHexDigit(byte & 0xF))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>, plusIsSpace: Bool) -> String? {
        guard hasEscapes(bytes, range) else { return bytes.string(range) }
        let (decoded, isComplete) = unescape(bytes, range, plusIsSpace: plusIsSpace)
        return isComplete ? String(validating: decoded, as: UTF8.self) : nil
    }

    /// A query's name or value as the URL Standard reads it (§5.1): what is no escape stands for itself, what is not
    /// UTF-8 becomes U+FFFD.
    static func decodeQuery(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        guard hasEscapes(bytes, range) else { return bytes.string(range) }
        return String(decoding: unescape(bytes, range, plusIsSpace: true).bytes, as: UTF8.self)
    }

    private static func hasEscapes(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.contains { bytes[$0] == UInt8(ascii: "%") || bytes[$0] == UInt8(ascii: "+") }
    }

    /// The bytes without their escapes, and whether all of these were complete; one that is not is left as it is.
    private static func unescape(
        _ bytes: Span<UInt8>, _ range: Range<Int>, plusIsSpace: Bool
    ) -> (bytes: [UInt8], isComplete: Bool) {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(range.count)
        var isComplete = true
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "%") else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? .space : byte)
                continue
            }
            if index + 1 < range.upperBound, let high = bytes[index].hexValue, let low = bytes[index + 1].hexValue {
                decoded.append(UInt8(high << 4 | low))
                index += 2
            } else {
                decoded.append(byte)
                isComplete = false
            }
        }
        return (decoded, isComplete)
    }

    private static func upperHexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }
}
