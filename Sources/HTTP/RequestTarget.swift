/// What a request asks for: a path and a query, or the asterisk of `OPTIONS *` (RFC 9112 §3.2).
///
/// A target of the absolute form is cut to its path and query before it gets here.
package struct RequestTarget: Sendable {
    package let raw: String
    /// The path as it was sent, not decoded: what a log may show.
    package let path: String
    /// The path's parts between slashes, decoded; an encoded slash stays inside its segment.
    ///
    /// `/` has none, and a slash at the end makes an empty one. Dot segments are names like any other.
    package let segments: [String]
    /// Names and values in order, decoded as far as they can be, `+` as a space; a name without `=` has an empty value.
    package let query: [(name: String, value: String)]

    /// A target from its text: printable ASCII that begins with a slash, or a lone asterisk.
    ///
    /// Nil for a fragment, and for a path with an incomplete escape, an escape of what is not UTF-8 or a control
    /// character; a query may hold all of these.
    package init?(_ raw: String) {
        let bytes = Array(raw.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        raw = bytes.string(range)
        if raw == "*" {
            (path, segments, query) = (raw, [], [])
            return
        }
        guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "/") else { return nil }
        var pathEnd = range.upperBound
        for index in range {
            let byte = bytes[index]
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "#") else { return nil }
            if byte == UInt8(ascii: "?"), index < pathEnd { pathEnd = index }
        }
        let pathRange = range.lowerBound..<pathEnd
        let queryRange = min(pathEnd + 1, range.upperBound)..<range.upperBound
        guard let segments = Self.segments(bytes, pathRange) else { return nil }
        path = pathEnd == range.upperBound ? raw : bytes.string(pathRange)
        self.segments = segments
        query = Self.query(bytes, queryRange)
    }

    /// The value of the query's first parameter of that name.
    package func first(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The values of all the query's parameters of that name, in order.
    package func all(_ name: String) -> [String] {
        query.filter { $0.name == name }.map(\.value)
    }

    private static func segments(_ bytes: Span<UInt8>, _ path: Range<Int>) -> [String]? {
        guard path.count > 1 else { return [] }
        var segments: [String] = []
        let isLegal = eachPart(of: path.lowerBound + 1..<path.upperBound, separator: UInt8(ascii: "/"), bytes) { part in
            guard let segment = PercentEncoding.decode(bytes, part, plusIsSpace: false) else { return false }
            segments.append(segment)
            return !segment.utf8.contains(where: \.isControl)
        }
        return isLegal ? segments : nil
    }

    private static func query(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        _ = eachPart(of: range, separator: UInt8(ascii: "&"), bytes) { part in
            guard !part.isEmpty else { return true }
            let nameEnd = part.first { bytes[$0] == UInt8(ascii: "=") } ?? part.upperBound
            let valueStart = min(nameEnd + 1, part.upperBound)
            query.append(
                (
                    PercentEncoding.decodeQuery(bytes, part.lowerBound..<nameEnd),
                    PercentEncoding.decodeQuery(bytes, valueStart..<part.upperBound)
                ))
            return true
        }
        return query
    }

    /// Calls `body` for each part until it returns false; returns whether it never did.
    private static func eachPart(
        of range: Range<Int>, separator: UInt8, _ bytes: Span<UInt8>, _ body: (Range<Int>) -> Bool
    ) -> Bool {
        var start = range.lowerBound
        for index in range where bytes[index] == separator {
            guard body(start..<index) else { return false }
            start = index + 1
        }
        return body(start..<range.upperBound)
    }
}
