/// What a parser was given and has not consumed yet, handed out in lines or as it is.
///
/// Lines are handed out without being consumed, so that a whole head can be taken at once. Offsets count from
/// the first unconsumed byte and outlive `append`; positions in `bytes` do not. Drained, it holds no memory.
struct InputBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Position in `bytes` of the first unconsumed byte.
    private(set) var start = 0
    /// Offset of the line that `nextLine` hands out next.
    private(set) var lineOffset = 0
    /// Offset up to which that line was searched for its end; what arrives in small pieces is searched once.
    private var searched = 0

    var count: Int { bytes.count - start }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        if start > 0 {
            bytes.removeSubrange(..<start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// Where in `bytes` the next line lies, its CRLF left out; nil until it is complete.
    ///
    /// - Throws: `error` once the line with its end has more than `maxBytes`; `malformed` for an end without CR.
    mutating func nextLine(maxBytes: Int, orThrow error: HTTPParseError) throws(HTTPParseError) -> Range<Int>? {
        guard let end = bytes.span.firstIndex(of: .lineFeed, from: start + searched) else {
            searched = count
            guard count - lineOffset <= maxBytes else { throw error }
            return nil
        }
        let lineStart = start + lineOffset
        guard end + 1 - lineStart <= maxBytes else { throw error }
        guard end > lineStart, bytes[end - 1] == .carriageReturn else {
            throw .malformed("End every line with CR LF, not with LF alone.")
        }
        lineOffset = end + 1 - start
        searched = lineOffset
        return lineStart..<end - 1
    }

    /// Forgets the lines handed out so far.
    mutating func consumeLines() {
        consume(lineOffset)
    }

    mutating func consume(_ count: Int) {
        start += count
        lineOffset = 0
        searched = 0
        if start == bytes.count { removeAll() }
    }

    mutating func removeAll() {
        self = InputBuffer()
    }
}
