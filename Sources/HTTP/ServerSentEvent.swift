/// Writes the blocks of an event stream (WHATWG HTML §9.2).
///
/// No byte of an event's data can begin a line of its own, neither for a client that follows the standard nor for
/// one that splits at every Unicode line end.
package enum ServerSentEvent {
    /// Whether the bytes can be an id or an event's name: no CR, LF or NUL, and no other line end of Unicode.
    package static func isAllowed(_ field: [UInt8]) -> Bool {
        LineEnds(in: field.span).count == 0 && !field.contains(0)
    }

    /// Appends one event, its blank line included.
    ///
    /// - Parameters:
    ///   - id: The `id:` line. Left out when nil; anything that `isAllowed` refuses is a programmer's error.
    ///   - event: The `event:` line. Left out when nil, and when `isAllowed` refuses it, since a name can come from
    ///     a writer: the event then reaches the client as a plain message.
    ///   - data: Valid JSON. CR and LF become spaces; U+0085, U+2028 and U+2029, which JSON has only inside
    ///     strings, become their JSON escapes.
    ///   - out: Grows by exactly what is written; one pass over the data, and one copy where it holds no line end.
    package static func append(id: [UInt8]?, event: [UInt8]?, data: Span<UInt8>, to out: inout [UInt8]) {
        let lineEnds = LineEnds(in: data)
        let event = allowed(event)
        out.makeRoom(for: size(id: id, event: event, data: data, lineEnds))
        appendBlock(id: id, event: event, data: data, lineEnds, to: &out)
    }

    /// Appends one event as `append` does, as one chunk of the chunked transfer coding.
    package static func appendChunk(id: [UInt8]?, event: [UInt8]?, data: Span<UInt8>, to out: inout [UInt8]) {
        let lineEnds = LineEnds(in: data)
        let event = allowed(event)
        let size = size(id: id, event: event, data: data, lineEnds)
        out.makeRoom(for: size + ChunkEncoder.overhead(of: size))
        ChunkEncoder.appendSize(size, to: &out)
        appendBlock(id: id, event: event, data: data, lineEnds, to: &out)
        out.append("\r\n")
    }

    /// Appends the `retry:` line alone: it belongs to the block that follows, and ends none.
    package static func appendRetry(_ milliseconds: Int, to out: inout [UInt8]) {
        out.append("retry: ")
        out.append(decimal: milliseconds)
        out.append(.lineFeed)
    }

    /// Appends a comment line, its line ends and control characters as spaces, and no blank line.
    package static func appendComment(_ text: String, to out: inout [UInt8]) {
        out.append(": ")
        for byte in text.utf8 { out.append(byte.isControl ? .space : byte) }
        out.append(.lineFeed)
    }

    private static func allowed(_ event: [UInt8]?) -> [UInt8]? {
        event.flatMap { isAllowed($0) ? $0 : nil }
    }

    private static func size(id: [UInt8]?, event: [UInt8]?, data: Span<UInt8>, _ lineEnds: LineEnds) -> Int {
        let idSize = id.map { "id: \n".utf8.count + $0.count } ?? 0
        let eventSize = event.map { "event: \n".utf8.count + $0.count } ?? 0
        return idSize + eventSize + "data: \n\n".utf8.count + data.count + lineEnds.growth
    }

    private static func appendBlock(
        id: [UInt8]?, event: [UInt8]?, data: Span<UInt8>, _ lineEnds: LineEnds, to out: inout [UInt8]
    ) {
        if let id {
            precondition(isAllowed(id), "An event's id is one line")
            out.append("id: ")
            out.append(contentsOf: id)
            out.append(.lineFeed)
        }
        if let event {
            out.append("event: ")
            out.append(contentsOf: event)
            out.append(.lineFeed)
        }
        out.append("data: ")
        if lineEnds.count == 0 { out.append(data) } else { LineEnds.appendReplacing(data, to: &out) }
        out.append("\n\n")
    }
}
