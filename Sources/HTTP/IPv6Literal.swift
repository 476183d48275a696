/// The syntax of an IPv6 address as it stands between a URL's brackets (RFC 3986 §3.2.2), without a zone.
enum IPv6Literal {
    /// Whether the bytes of `range` are eight groups, or fewer around one `::`; the last two may be written as IPv4.
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let colon = UInt8(ascii: ":")
        guard let gap = range.dropLast().first(where: { bytes[$0] == colon && bytes[$0 + 1] == colon }) else {
            return groups(bytes, range, endsAddress: true) == 8
        }
        guard let before = groups(bytes, range.lowerBound..<gap, endsAddress: false),
            let behind = groups(bytes, gap + 2..<range.upperBound, endsAddress: true)
        else { return false }
        return before + behind < 8
    }

    /// How many groups of 16 bits the bytes of `range` are; nil where they are none.
    private static func groups(_ bytes: Span<UInt8>, _ range: Range<Int>, endsAddress: Bool) -> Int? {
        guard !range.isEmpty else { return 0 }
        let parts = parts(of: range, separator: UInt8(ascii: ":"), bytes)
        var groups = 0
        for part in parts {
            if (1...4).contains(part.count), part.allSatisfy({ bytes[$0].hexValue != nil }) {
                groups += 1
            } else if endsAddress, part.upperBound == range.upperBound, isIPv4(bytes, part) {
                groups += 2
            } else {
                return nil
            }
        }
        return groups
    }

    private static func isIPv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let parts = parts(of: range, separator: UInt8(ascii: "."), bytes)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.count), part.allSatisfy({ bytes[$0].isDigit }) else { return false }
                let value = part.reduce(0) { $0 * 10 + Int(bytes[$1] - 0x30) }
                return value < 256 && (part.count == 1 || bytes[part.lowerBound] != 0x30)
            }
    }

    private static func parts(of range: Range<Int>, separator: UInt8, _ bytes: Span<UInt8>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where bytes[index] == separator {
            parts.append(start..<index)
            start = index + 1
        }
        return parts + [start..<range.upperBound]
    }
}
