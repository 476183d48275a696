import Testing

@testable import HTTP

/// What came out of a parser: requests, in the order of their arrival, then an error or nothing.
struct ParseOutcome {
    var requests: [HTTPRequest] = []
    var error: HTTPParseError?
}

extension HTTPRequestParser {
    /// Appends the bytes in pieces of that size and takes out all there is after each.
    mutating func outcome(of bytes: [UInt8], pieceSize: Int) -> ParseOutcome {
        var outcome = ParseOutcome()
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            bytes[start..<min(start + pieceSize, bytes.count)].withUnsafeBytes { append($0) }
            do throws(HTTPParseError) {
                while let event = try next() {
                    if case .request(let request) = event { outcome.requests.append(request) }
                }
            } catch {
                outcome.error = error
                return outcome
            }
        }
        return outcome
    }
}

/// Feeds the text whole, by single bytes, in pieces of seven, and pipelined behind another request; all must agree.
func outcomeInEveryWay(
    _ bytes: [UInt8], limits: HTTPLimits = HTTPLimits(), sourceLocation: SourceLocation = #_sourceLocation
) -> ParseOutcome {
    let before = Array("GET /before HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    var parser = HTTPRequestParser(limits: limits)
    let whole = parser.outcome(of: bytes, pieceSize: .max / 2)
    for pieceSize in [1, 7] {
        var parser = HTTPRequestParser(limits: limits)
        let pieces = parser.outcome(of: bytes, pieceSize: pieceSize)
        #expect(describe(pieces) == describe(whole), "in pieces of \(pieceSize)", sourceLocation: sourceLocation)
    }
    for pieceSize in [1, .max / 2] {
        var parser = HTTPRequestParser(limits: limits)
        var pipelined = parser.outcome(of: before + bytes, pieceSize: pieceSize)
        #expect(pipelined.requests.first?.target.path == "/before", sourceLocation: sourceLocation)
        pipelined.requests = Array(pipelined.requests.dropFirst())
        #expect(describe(pipelined) == describe(whole), "pipelined", sourceLocation: sourceLocation)
    }
    return whole
}

func outcomeInEveryWay(
    _ text: String, limits: HTTPLimits = HTTPLimits(), sourceLocation: SourceLocation = #_sourceLocation
) -> ParseOutcome {
    outcomeInEveryWay(Array(text.utf8), limits: limits, sourceLocation: sourceLocation)
}

/// The one request that the text must be.
func onlyRequest(
    _ text: String, limits: HTTPLimits = HTTPLimits(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> HTTPRequest {
    let outcome = outcomeInEveryWay(text, limits: limits, sourceLocation: sourceLocation)
    #expect(outcome.error == nil, sourceLocation: sourceLocation)
    #expect(outcome.requests.count == 1, sourceLocation: sourceLocation)
    return try #require(outcome.requests.first, sourceLocation: sourceLocation)
}

private func describe(_ outcome: ParseOutcome) -> [String] {
    outcome.requests.map { request in
        let headers = request.headers.map { "\($0.name)=\($0.value)" }
        return "\(request.method.name) \(request.target.raw) \(request.minorVersion) \(headers) \(request.body)"
    } + (outcome.error.map { ["\($0)"] } ?? [])
}
