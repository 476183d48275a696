/// Reads a server's responses out of the bytes of one connection, in whatever pieces they come (RFC 9112).
///
/// The body is handed out as it arrives, so that an endless one can be followed. Interim responses (1xx) are
/// skipped. Call `finish` when the server closes: a body may end there.
package struct HTTPResponseParser: Sendable {
    package enum Event: Sendable {
        case head(status: HTTPStatus, headers: HTTPHeaders)
        /// A piece of the body, never empty, transfer coding removed.
        case body([UInt8])
        /// The response is complete; another may follow.
        case end
    }

    private enum State {
        case statusLine
        case fields(StatusLine, FieldSection)
        case body(remaining: Int)
        case chunks(ChunkedBodyDecoder)
        case untilClose
        case failed(HTTPParseError)
    }

    /// The method of the request that the next response answers: a response to HEAD has no body.
    package var method: HTTPMethod

    private let limits: HTTPLimits
    private var input = InputBuffer()
    private var state = State.statusLine

    /// A parser whose `limits` bound the head, and the body unless it lasts until the connection closes.
    package init(to method: HTTPMethod = .get, limits: HTTPLimits = HTTPLimits(bodyBytes: .max)) {
        self.method = method
        self.limits = limits
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if case .failed = state { return }
        input.append(bytes)
    }

    /// The next event, or nil when more bytes are needed.
    package mutating func next() throws(HTTPParseError) -> Event? {
        do throws(HTTPParseError) {
            while true {
                switch state {
                case .statusLine:
                    guard try readStatusLine() else { return nil }
                case .fields(let line, var section):
                    state = .statusLine  // So that the section is changed in place, not copied.
                    let headers = try section.read(from: &input, limits: limits)
                    guard let headers else {
                        state = .fields(line, section)
                        return nil
                    }
                    if let event = try beginBody(line, headers) { return event }
                case .body(remaining: 0):
                    state = .statusLine
                    return .end
                case .body(let remaining):
                    let part = min(remaining, input.count)
                    state = .body(remaining: remaining - part)
                    return takeBody(part)
                case .chunks(var decoder):
                    var body: [UInt8] = []
                    let end = try decoder.decode(input.bytes.span, from: input.start, into: &body)
                    input.consume(end - input.start)
                    state = decoder.isDone ? .body(remaining: 0) : .chunks(decoder)
                    if !body.isEmpty { return .body(body) }
                    guard decoder.isDone else { return nil }
                case .untilClose:
                    return takeBody(input.count)
                case .failed(let error):
                    throw error
                }
            }
        } catch {
            input.removeAll()
            state = .failed(error)
            throw error
        }
    }

    /// Says that the server closed the connection, after `next` has returned nil.
    ///
    /// - Returns: `end` where that ends the body; nil where no response was begun.
    /// - Throws: `malformed` where a response is cut off.
    package mutating func finish() throws(HTTPParseError) -> Event? {
        switch state {
        case .untilClose:
            state = .statusLine
            return .end
        case .statusLine where input.count == 0:
            return nil
        case .failed(let error):
            throw error
        default:
            throw .malformed("The server closed the connection in the middle of a response: try again.")
        }
    }

    private mutating func readStatusLine() throws(HTTPParseError) -> Bool {
        let tooLong = HTTPParseError.requestLineTooLong(limit: limits.requestLineBytes)
        guard let line = try input.nextLine(maxBytes: limits.requestLineBytes + 2, orThrow: tooLong) else {
            return false
        }
        let status = try StatusLine(line, of: input.bytes.span)
        state = .fields(status, FieldSection(at: input, limits: limits))
        return true
    }

    /// Hands out the head, unless it is an interim one, and decides how the body is to be read (RFC 9112 §6.3).
    private mutating func beginBody(_ line: StatusLine, _ headers: HTTPHeaders) throws(HTTPParseError) -> Event? {
        guard line.status.code >= 200 else {
            guard line.status.code != 101 else { throw .malformed("The server changed the protocol, unasked.") }
            state = .statusLine
            return nil
        }
        switch try BodyFraming(headers, minorVersion: line.minorVersion) {
        case _ where method == .head || line.status.forbidsBody:
            state = .body(remaining: 0)
        case .length(let length):
            guard length <= limits.bodyBytes else { throw .bodyTooLarge(limit: limits.bodyBytes) }
            state = .body(remaining: length)
        case .chunked:
            state = .chunks(ChunkedBodyDecoder(limits: limits))
        case .untold:
            state = .untilClose
        }
        return .head(status: line.status, headers: headers)
    }

    private mutating func takeBody(_ count: Int) -> Event? {
        guard count > 0 else { return nil }
        let body = Array(input.bytes[input.start..<input.start + count])
        input.consume(count)
        return .body(body)
    }
}
