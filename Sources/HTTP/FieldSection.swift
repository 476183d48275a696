/// A head's field lines, read one after the other as they become complete (RFC 9112 §5).
struct FieldSection: Sendable {
    /// Offset in the input at which the section begins.
    private let offset: Int
    private var fields: [HTTPHeaders.Field] = []

    /// Begins the section at the input's next line.
    init(at input: borrowing InputBuffer, limits: HTTPLimits) {
        offset = input.lineOffset
        fields.reserveCapacity(min(limits.headerCount, 16))
    }

    /// The section once it is complete, its lines and the first line consumed; nil when more bytes are needed.
    mutating func read(from input: inout InputBuffer, limits: HTTPLimits) throws(HTTPParseError) -> HTTPHeaders? {
        let tooLarge = HTTPParseError.headersTooLarge(limit: limits.headerBytes)
        while true {
            let maxBytes = limits.headerBytes - (input.lineOffset - offset)
            guard let line = try input.nextLine(maxBytes: maxBytes, orThrow: tooLarge) else { return nil }
            let origin = input.start + offset
            guard !line.isEmpty else {
                let lines = Array(input.bytes[origin..<line.lowerBound])
                input.consumeLines()
                return HTTPHeaders(lines: lines, fields: fields)
            }
            guard fields.count < limits.headerCount else { throw .tooManyHeaders(limit: limits.headerCount) }
            fields.append(try HTTPHeaders.Field(line, of: input.bytes.span, origin: origin))
        }
    }
}
