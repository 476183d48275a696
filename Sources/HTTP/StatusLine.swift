/// A response's first line (RFC 9112 §4).
struct StatusLine: Sendable {
    var status: HTTPStatus
    var minorVersion: Int

    /// Reads the line without its line end; the space before a missing reason may be missing too.
    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPParseError) {
        let codeStart = line.lowerBound + 9
        guard line.count >= 12, bytes[codeStart - 1] == .space, line.count == 12 || bytes[codeStart + 3] == .space,
            let code = Int(bytes.string(codeStart..<codeStart + 3)), (100...999).contains(code)
        else { throw .malformed("The server's answer does not begin with 'HTTP/1.1' and a status code.") }
        minorVersion = try RequestLine.minorVersion(bytes, line.lowerBound..<codeStart - 1)
        let reason = min(codeStart + 4, line.upperBound)..<line.upperBound
        guard reason.allSatisfy({ bytes[$0] >= 0x20 && bytes[$0] != 0x7F }) else {
            throw .malformed("The server's reason phrase has control characters.")
        }
        status = HTTPStatus(code: code, reason: bytes.string(reason))
    }
}
