@testable import HTTP

private let limits = HTTPLimits(requestLineBytes: 128, headerBytes: 256, headerCount: 8, bodyBytes: 256)

/// A server's answers mean the same whole and in pieces, to whatever method, up to where the connection closes; how much
/// is handed out of a body that breaks off is left open.
func fuzz(_ bytes: [UInt8]) {
    for method in [HTTPMethod.get, .head] {
        let whole = read([bytes[...]], to: method)
        let pieces = read(bytes.pieces(), to: method)
        require(whole == pieces, "pieces mean what the whole means: \(whole), \(pieces)")
    }
    let body = Array(bytes.prefix(limits.bodyBytes))
    let head = HTTPResponseEncoder.encodeStreamHead(status: .ok, headers: [:], chunked: true, date: nil)
    let chunks = body.pieces().flatMap { ChunkEncoder.frame(Array($0)) } + ChunkEncoder.last
    require(read((head + chunks).pieces(), to: .get).last == "\(body)", "what is framed in chunks is read back")
}

/// Heads, bodies joined, ends and the error, in words.
private func read(_ pieces: [ArraySlice<UInt8>], to method: HTTPMethod) -> [String] {
    var parser = HTTPResponseParser(to: method, limits: limits)
    var said: [String] = []
    var body: [UInt8] = []
    func note(_ event: HTTPResponseParser.Event) {
        switch event {
        case .head(let status, let headers):
            require((200...999).contains(status.code), "interim responses are skipped")
            said.append("\(status.code) \(status.reason) \(headers.map { "\($0.name)=\($0.value)" })")
        case .body(let part):
            require(!part.isEmpty, "a piece of a body is not empty")
            body += part
        case .end:
            said.append("\(body)")
            body = []
        }
    }
    do {
        for piece in pieces {
            piece.withUnsafeBytes { parser.append($0) }
            while let event = try parser.next() { note(event) }
        }
        if let event = try parser.finish() { note(event) }
    } catch {
        said.append("\(error)")
    }
    return said
}
