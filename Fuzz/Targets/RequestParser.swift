@testable import HTTP

/// Small, so that they are reached.
private let limits = HTTPLimits(requestLineBytes: 128, headerBytes: 256, headerCount: 8, bodyBytes: 64)

/// A stream of requests means the same whole, in pieces and behind another request; it never holds more than the
/// limits; and what is understood, written out plainly, is understood the same.
func fuzz(_ bytes: [UInt8]) {
    let whole = read([bytes[...]])
    require(read(bytes.pieces()).summary == whole.summary, "pieces mean what the whole means: \(whole)")

    let before = Array("GET /before HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    var pipelined = read((before + bytes).pieces())
    require(pipelined.requests.first?.target.raw == "/before", "the first request is read: \(pipelined)")
    pipelined.requests.removeFirst()
    require(pipelined.summary == whole.summary, "what comes behind a request means the same: \(whole), \(pipelined)")

    for request in whole.requests {
        checkGrammar(request)
        for isChunked in [false, true] where !isChunked || request.minorVersion > 0 {
            let again = read(plain(request, isChunked: isChunked).pieces(), HTTPLimits(requestLineBytes: 1024))
            require(again.summary == Outcome(requests: [request]).summary, "\(request) is read back, not as \(again)")
        }
    }
}

private struct Outcome {
    var requests: [HTTPRequest] = []
    var error: HTTPParseError?

    /// The requests, however their bodies were framed, and the error that ended them.
    var summary: [[UInt8]] {
        requests.flatMap { request in
            let line = "\(request.method.name) \(request.target.raw) \(request.minorVersion)"
            return [Array(line.utf8), plainFields(request), request.body]
        } + (error.map { [Array("\($0)".utf8)] } ?? [])
    }
}

private func read(_ pieces: [ArraySlice<UInt8>], _ limits: HTTPLimits = limits) -> Outcome {
    var parser = HTTPRequestParser(limits: limits)
    var outcome = Outcome()
    for piece in pieces {
        piece.withUnsafeBytes { parser.append($0) }
        do throws(HTTPParseError) {
            while let event = try parser.next() {
                if case .request(let request) = event { outcome.requests.append(request) }
            }
            let most = limits.requestLineBytes + limits.headerBytes + limits.bodyBytes + 2
            require(parser.bufferedBytes <= most, "at most \(most) bytes are held, not \(parser.bufferedBytes)")
        } catch {
            require(parser.bufferedBytes <= limits.headerBytes, "no more than a head is held after an error")
            outcome.error = error
            return outcome
        }
    }
    return outcome
}

private func isFraming(_ name: String) -> Bool {
    ["content-length", "transfer-encoding", "expect"].contains(name.lowercased())
}

private func checkGrammar(_ request: HTTPRequest) {
    require(!request.method.name.isEmpty && request.method.name.utf8.allSatisfy(\.isTokenByte), "a method is a token")
    require(request.target.raw.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a target is printable ASCII")
    require(request.target.segments.allSatisfy { !$0.utf8.contains(where: \.isControl) }, "a path has no controls")
    require(request.body.count <= limits.bodyBytes, "a body is bounded")
    for (name, value) in request.headers {
        require(!name.isEmpty && name.utf8.allSatisfy(\.isTokenByte), "a header's name is a token")
        require(value.utf8.allSatisfy(\.isFieldValueByte), "a header's value has no controls")
    }
    let hosts = request.headers.values("Host")
    require(hosts.count == 1 || (hosts.isEmpty && request.minorVersion == 0), "there is one Host")
    let lengths = request.headers.values("Content-Length")
    let codings = request.headers.values("Transfer-Encoding")
    require(lengths.count + codings.count <= 1, "a body's end is told once")
    require(lengths.first.map { Int($0) == request.body.count } ?? true, "a body is as long as was told")
}

/// The request with a body of a told length, or in chunks.
private func plain(_ request: HTTPRequest, isChunked: Bool) -> [UInt8] {
    let line = Array("\(request.method.name) \(request.target.raw) HTTP/1.\(request.minorVersion)\r\n".utf8)
    let head = line + plainFields(request)
    guard isChunked else { return head + Array("Content-Length: \(request.body.count)\r\n\r\n".utf8) + request.body }
    let chunks = request.body.pieces().flatMap { ChunkEncoder.frame(Array($0)) } + ChunkEncoder.last
    return head + Array("Transfer-Encoding: chunked\r\n\r\n".utf8) + chunks
}

/// The lines of all fields but those that the body's framing needs.
private func plainFields(_ request: HTTPRequest) -> [UInt8] {
    var lines: [UInt8] = []
    for field in request.headers.fields where !isFraming(request.headers.lines.span.string(field.name)) {
        lines += request.headers.lines[field.name] + [0x3A, 0x20] + request.headers.lines[field.value] + [0x0D, 0x0A]
    }
    return lines
}
