/// A request's first line (RFC 9112 §3).
struct RequestLine: Sendable {
    var method: HTTPMethod
    var target: RequestTarget
    /// From a target of the absolute form; it goes before Host (§3.2.2).
    var authority: String?
    var minorVersion: Int

    /// Reads the line without its line end.
    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(HTTPParseError) {
        var methodEnd = line.lowerBound
        while methodEnd < line.upperBound, bytes[methodEnd].isTokenByte { methodEnd += 1 }
        guard methodEnd > line.lowerBound, methodEnd < line.upperBound, bytes[methodEnd] == .space else {
            throw .malformed("Begin the request with 'METHOD target HTTP/1.1'.")
        }
        method = HTTPMethod(token: bytes.string(line.lowerBound..<methodEnd))

        var targetEnd = line.upperBound - 1
        while bytes[targetEnd] != .space { targetEnd -= 1 }
        guard targetEnd > methodEnd else {
            // A method and a path alone are what HTTP/0.9 sent.
            throw methodEnd + 1 < line.upperBound && bytes[methodEnd + 1] == UInt8(ascii: "/")
                ? .unsupportedVersion : .malformed("Begin the request with 'METHOD target HTTP/1.1'.")
        }
        minorVersion = try Self.minorVersion(bytes, targetEnd + 1..<line.upperBound)
        (target, authority) = try Self.target(bytes, methodEnd + 1..<targetEnd, of: method)
    }

    /// The minor version of HTTP/1; what is above 1.1 is treated as 1.1 (RFC 9110 §2.5).
    static func minorVersion(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPParseError) -> Int {
        let start = range.lowerBound
        guard range.count == 8, bytes.string(start..<start + 5) == "HTTP/", bytes[start + 5].isDigit,
            bytes[start + 6] == UInt8(ascii: "."), bytes[start + 7].isDigit
        else { throw .malformed("End the first line with 'HTTP/1.1', with single spaces between its three parts.") }
        guard bytes[start + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return bytes[start + 7] == UInt8(ascii: "0") ? 0 : 1
    }

    private static func target(
        _ bytes: Span<UInt8>, _ range: Range<Int>, of method: HTTPMethod
    ) throws(HTTPParseError) -> (RequestTarget, authority: String?) {
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            return (try check(RequestTarget(bytes, range)), nil)
        }
        if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*") {
            guard method == .options else { throw .malformed("Use the target '*' with OPTIONS alone.") }
            return (try check(RequestTarget(bytes, range)), nil)
        }
        guard let authorityStart = endOfScheme(bytes, range) else {
            throw .malformed("Begin the request's target with a slash, or with http:// and a host.")
        }
        let authorityEnd =
            (authorityStart..<range.upperBound).first {
                bytes[$0] == UInt8(ascii: "/") || bytes[$0] == UInt8(ascii: "?")
            } ?? range.upperBound
        let authority = authorityStart..<authorityEnd
        guard !authority.isEmpty, bytes[authorityStart] != UInt8(ascii: ":"), Authority.isValid(bytes, authority) else {
            throw .malformed("Write the target's host as a name or an address with an optional port, nothing else.")
        }
        let rest = bytes.string(authorityEnd..<range.upperBound)
        return (try check(RequestTarget(rest.hasPrefix("/") ? rest : "/" + rest)), bytes.string(authority))
    }

    private static func check(_ target: RequestTarget?) throws(HTTPParseError) -> RequestTarget {
        guard let target else {
            throw .malformed("Write the target in printable ASCII without '#', and escape other UTF-8 as %XX.")
        }
        return target
    }

    private static func endOfScheme(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        func starts(with scheme: StaticString) -> Int? {
            let end = range.lowerBound + scheme.utf8CodeUnitCount
            return end <= range.upperBound && bytes.equals(scheme, ignoringCaseIn: range.lowerBound..<end) ? end : nil
        }
        return starts(with: "http://") ?? starts(with: "https://")
    }
}
