/// How the length of a message's body is told (RFC 9112 §6).
enum BodyFraming: Equatable, Sendable {
    case untold
    /// `Int.max` stands for every length that an `Int` cannot hold.
    case length(Int)
    case chunked

    /// Refuses whatever two readers could understand differently, for that is how requests are smuggled.
    init(_ headers: HTTPHeaders, minorVersion: Int) throws(HTTPParseError) {
        let repeatedLength = HTTPParseError.malformed("Send Content-Length once.")
        let length = try headers.only("content-length", repeated: repeatedLength)
        guard let codings = headers.listMembers("transfer-encoding") else {
            self = if let length { .length(try Self.parse(length.value, of: headers.lines.span)) } else { .untold }
            return
        }
        guard length == nil else {
            throw .malformed("Send either Content-Length or Transfer-Encoding, not both.")
        }
        guard minorVersion > 0 else {
            throw .malformed("Use HTTP/1.1 for Transfer-Encoding, or send Content-Length.")
        }
        try Self.checkChunked(codings, of: headers.lines.span)
        self = .chunked
    }

    /// Refuses all but the one coding `chunked`: without it at the end, nobody can tell where the body ends (§6.3).
    private static func checkChunked(_ codings: [Range<Int>], of bytes: Span<UInt8>) throws(HTTPParseError) {
        let chunked = codings.count { bytes.equals("chunked", ignoringCaseIn: $0) }
        guard let last = codings.last, bytes.equals("chunked", ignoringCaseIn: last), chunked == 1 else {
            throw .malformed("Make chunked the last transfer coding, and apply it once.")
        }
        guard codings.count == 1 else { throw .unknownTransferCoding }
    }

    private static func parse(_ range: Range<Int>, of bytes: Span<UInt8>) throws(HTTPParseError) -> Int {
        var length = 0
        var overflows = false
        for index in range {
            guard bytes[index].isDigit else { throw .malformed("Write Content-Length as one decimal number.") }
            let (shifted, tooWide) = length.multipliedReportingOverflow(by: 10)
            let (sum, tooLarge) = shifted.addingReportingOverflow(Int(bytes[index] - 0x30))
            length = sum
            overflows = overflows || tooWide || tooLarge
        }
        guard !range.isEmpty else { throw .malformed("Write Content-Length as one decimal number.") }
        return overflows ? .max : length
    }
}
