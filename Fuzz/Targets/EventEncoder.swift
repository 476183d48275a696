@testable import HTTP

/// Whatever stands in an id, a name and data, a client reads exactly one event, and one that splits at every line end
/// of Unicode sees exactly its lines.
func fuzz(_ bytes: [UInt8]) {
    let parts = bytes.parts(3)
    let (id, event, data) = (parts[0], parts[1], parts[2])
    guard ServerSentEvent.isAllowed(id) else { return }

    var block: [UInt8] = []
    ServerSentEvent.append(id: id, event: event, data: data.span, to: &block)
    var chunk: [UInt8] = []
    ServerSentEvent.appendChunk(id: id, event: event, data: data.span, to: &chunk)
    require(chunk == ChunkEncoder.frame(block), "a chunk is the framed block")
    require(Array(chunk[ChunkEncoder.contentRange(ofFramed: chunk)]) == block, "a chunk's content is the block")

    let hasName = ServerSentEvent.isAllowed(event)
    require(lineEnds(in: block) == (hasName ? 4 : 3), "no line is begun: \(block)")

    var stream: [UInt8] = []
    ServerSentEvent.appendRetry(1234, to: &stream)
    ServerSentEvent.appendComment(text(data), to: &stream)
    require(lineEnds(in: stream) - unicodeLineEnds(in: Array(text(data).utf8)) == 2, "a comment is one line")
    let name = hasName && !event.isEmpty ? text(event) : "message"
    let expected = ReceivedEvent(id: text(id), event: name, data: text(replacingLineEnds(data)))
    require(read(stream + block) == [expected], "\(read(stream + block)) is \(expected)")
}

private func read(_ stream: [UInt8]) -> [ReceivedEvent] {
    var parser = ServerSentEventParser(lastEventID: "before")
    var events: [ReceivedEvent] = []
    for piece in stream.pieces() {
        parser.append(piece)
        do {
            while let event = try parser.next() { events.append(event) }
        } catch {
            require(false, "\(error)")
        }
    }
    require(parser.retryMilliseconds == 1234, "what asks for patience is read")
    return events
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private func lineEnds(in bytes: [UInt8]) -> Int {
    bytes.count { $0 == 0x0A || $0 == 0x0D } + unicodeLineEnds(in: bytes)
}

private func unicodeLineEnds(in bytes: [UInt8]) -> Int {
    bytes.indices.count { replacement(at: $0, of: bytes).map { $0.length > 1 } ?? false }
}

/// What is to stand for the line end at `index`; nil where none begins.
private func replacement(at index: Int, of bytes: [UInt8]) -> (text: String, length: Int)? {
    func byte(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
    return switch (byte(0), byte(1), byte(2)) {
    case (0x0A, _, _), (0x0D, _, _): (" ", 1)
    case (0xC2, 0x85, _): (#"\u0085"#, 2)
    case (0xE2, 0x80, 0xA8): (#"\u2028"#, 3)
    case (0xE2, 0x80, 0xA9): (#"\u2029"#, 3)
    default: nil
    }
}

/// What the encoder is to do, done simply.
private func replacingLineEnds(_ data: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    while index < data.count {
        if let (text, length) = replacement(at: index, of: data) {
            out += Array(text.utf8)
            index += length
        } else {
            out.append(data[index])
            index += 1
        }
    }
    return out
}
