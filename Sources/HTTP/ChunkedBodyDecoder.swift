/// Takes the chunked transfer coding off a body as it arrives (RFC 9112 §7.1).
///
/// A state machine over single bytes for the framing, so that nothing is read twice however small the pieces;
/// the content itself is copied in one go. Extensions and trailers are checked, counted and dropped.
struct ChunkedBodyDecoder: Sendable {
    private enum State {
        case size, sizeBlank, sizeExtension, sizeEnd
        case content, contentReturn, contentEnd
        case trailerStart, trailerName, trailerValue, trailerEnd
        case lastEnd, done
    }

    private var state = State.size
    private var digits = 0
    /// Of the chunk that is being read: first its size, then what is still to come of it.
    private var remaining = 0
    private var decoded = 0
    private var overhead = 0
    private let limits: HTTPLimits

    /// A decoder that accepts `bodyBytes` of content, and `headerBytes` of extensions and trailers.
    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Whether the last chunk and the trailers have been read.
    var isDone: Bool { state == .done }

    /// Decodes what is at hand from `start` on, appending content to `body`.
    ///
    /// - Returns: The position after the last byte that belongs to the body.
    mutating func decode(
        _ bytes: Span<UInt8>, from start: Int, into body: inout [UInt8]
    ) throws(HTTPParseError) -> Int {
        var index = start
        while index < bytes.count, state != .done {
            if state == .content {
                let part = min(remaining, bytes.count - index)
                bytes.withUnsafeBufferPointer { body.append(contentsOf: $0[index..<index + part]) }
                index += part
                decoded += part
                remaining -= part
                if remaining == 0 { state = .contentReturn }
            } else {
                try readFraming(bytes[index])
                index += 1
            }
        }
        return index
    }

    private mutating func readFraming(_ byte: UInt8) throws(HTTPParseError) {
        switch state {
        case .size:
            if let digit = byte.hexValue { return try addSizeDigit(digit) }
            guard digits > 0 else { throw .malformed("Begin each chunk with its size in hexadecimal digits.") }
            state = byte == .carriageReturn ? .sizeEnd : try beforeExtension(byte)
        case .sizeBlank:
            state = try beforeExtension(byte)
        case .sizeExtension:
            state = try within(.sizeExtension, byte, end: .sizeEnd)
        case .sizeEnd:
            try expectLineFeed(byte)
            state = remaining > 0 ? .content : .trailerStart
            digits = 0
        case .contentReturn:
            guard byte == .carriageReturn else {
                throw .malformed("End each chunk's content, of the size told, with CR LF.")
            }
            state = .contentEnd
        case .contentEnd:
            try expectLineFeed(byte)
            state = .size
        case .trailerStart where byte == .carriageReturn:
            state = .lastEnd
        case .trailerName where byte == UInt8(ascii: ":"):
            state = try countingOverhead(.trailerValue)
        case .trailerStart, .trailerName:
            guard byte.isTokenByte else { throw .malformed("Write each trailer as 'Name: value' on one line.") }
            state = try countingOverhead(.trailerName)
        case .trailerValue:
            state = try within(.trailerValue, byte, end: .trailerEnd)
        case .trailerEnd:
            try expectLineFeed(byte)
            state = .trailerStart
        case .lastEnd:
            try expectLineFeed(byte)
            state = .done
        case .content, .done:
            preconditionFailure("Content and what follows the body are no framing")
        }
    }

    private mutating func addSizeDigit(_ digit: Int) throws(HTTPParseError) {
        digits += 1
        guard digits <= 16 else { throw .malformed("Write a chunk's size in at most 16 hexadecimal digits.") }
        let room = limits.bodyBytes - decoded
        guard remaining <= room / 16, digit <= room - remaining * 16 else {
            throw .bodyTooLarge(limit: limits.bodyBytes)
        }
        remaining = remaining * 16 + digit
    }

    private mutating func beforeExtension(_ byte: UInt8) throws(HTTPParseError) -> State {
        switch byte {
        case UInt8(ascii: ";"): try countingOverhead(.sizeExtension)
        case .space, .tab: try countingOverhead(.sizeBlank)
        default: throw .malformed("Write a chunk's size in hexadecimal digits, then CR LF.")
        }
    }

    private mutating func within(_ state: State, _ byte: UInt8, end: State) throws(HTTPParseError) -> State {
        guard byte != .carriageReturn else { return end }
        guard byte.isFieldValueByte else {
            throw .malformed("Remove the control characters from chunk extensions and trailers.")
        }
        return try countingOverhead(state)
    }

    private mutating func countingOverhead(_ state: State) throws(HTTPParseError) -> State {
        overhead += 1
        guard overhead <= limits.headerBytes else { throw .headersTooLarge(limit: limits.headerBytes) }
        return state
    }

    private func expectLineFeed(_ byte: UInt8) throws(HTTPParseError) {
        guard byte == .lineFeed else { throw .malformed("End every line with CR LF, not with CR alone.") }
    }
}
