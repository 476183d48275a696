extension HTTPHeaders.Field {
    /// Reads a field line without its line end (RFC 9112 §5); positions are counted from `origin`.
    init(_ line: Range<Int>, of bytes: Span<UInt8>, origin: Int) throws(HTTPParseError) {
        var colon = line.lowerBound
        while colon < line.upperBound, bytes[colon].isTokenByte { colon &+= 1 }
        guard colon < line.upperBound, bytes[colon] == UInt8(ascii: ":"), colon > line.lowerBound else {
            throw Self.nameError(at: colon, line, bytes)
        }
        // Without an early exit, so that the compiler can test many bytes at once.
        var isLegal = true
        for index in colon + 1..<line.upperBound { isLegal = bytes[index].isFieldValueByte && isLegal }
        guard isLegal else {
            throw .malformed("Remove the control characters, CR and NUL among them, from the header's value.")
        }
        let value = bytes.trimmed(colon + 1..<line.upperBound)
        name = line.lowerBound - origin..<colon - origin
        self.value = value.lowerBound - origin..<value.upperBound - origin
    }

    private static func nameError(at stop: Int, _ line: Range<Int>, _ bytes: Span<UInt8>) -> HTTPParseError {
        guard stop < line.upperBound else { return .malformed("Write each header as 'Name: value'.") }
        return switch (bytes[stop], stop == line.lowerBound) {
        case (.space, true), (.tab, true): .malformed("Write each header on one line: folded lines are refused.")
        case (.space, false), (.tab, false): .malformed("Remove the white space before the header's colon.")
        case (UInt8(ascii: ":"), true): .malformed("Give the header a name before its colon.")
        default: .malformed("Use only letters, digits and !#$%&'*+-.^_`|~ in a header's name.")
        }
    }
}
