/// Reads requests out of the bytes of one connection, in whatever pieces they come (RFC 9112).
///
/// Append what was read, then call `next` until it returns nil: requests may be pipelined. Whatever two
/// implementations could read differently is refused, never mended. After an error the parser repeats it; the
/// caller answers with its status and closes. Between requests it holds no memory beyond its own few words.
package struct HTTPRequestParser: Sendable {
    package enum Event: Sendable {
        case request(HTTPRequest)
        /// The client waits for `100 Continue` before it sends the body; comes at most once a request.
        case expectContinue
    }

    /// What is awaited, for time-outs.
    package enum Phase: Sendable {
        /// Nothing of a request has arrived.
        case idle
        case head, body
    }

    private enum State {
        case requestLine
        case fields(RequestLine, FieldSection)
        case body(remaining: Int)
        case chunks(ChunkedBodyDecoder)
        case failed(HTTPParseError)
    }

    /// A client may send this many empty lines before a request (RFC 9112 §2.2 asks for one at least).
    private static let maxEmptyLines = 4

    private let limits: HTTPLimits
    private var input = InputBuffer()
    private var state = State.requestLine
    private var emptyLines = 0
    private var request: HTTPRequest?

    package init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
    }

    /// Takes a copy of the bytes.
    ///
    /// Pieces should be small (16 KiB), since only `next` checks the limits.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if case .failed = state { return }
        input.append(bytes)
    }

    package var phase: Phase {
        switch state {
        case .body, .chunks: .body
        case .requestLine: input.count == 0 ? .idle : .head
        case .fields, .failed: .head
        }
    }

    /// Bytes held that belong to no request yet handed out.
    package var bufferedBytes: Int { input.count + (request.map { $0.headers.byteCount + $0.body.count } ?? 0) }

    /// The head of the request whose body is awaited, or that was refused once its head was there.
    package var head: HTTPRequest? {
        var head = request
        head?.body = []
        return head
    }

    /// The next event, or nil when more bytes are needed.
    package mutating func next() throws(HTTPParseError) -> Event? {
        do throws(HTTPParseError) {
            while true {
                switch state {
                case .requestLine:
                    guard try readRequestLine() else { return nil }
                case .fields(let line, var section):
                    state = .requestLine  // So that the section is changed in place, not copied.
                    let headers = try section.read(from: &input, limits: limits)
                    guard let headers else {
                        state = .fields(line, section)
                        return nil
                    }
                    if let event = try beginBody(line, headers) { return event }
                case .body(let remaining):
                    return readBody(remaining)
                case .chunks(let decoder):
                    return try readChunks(decoder)
                case .failed(let error):
                    throw error
                }
            }
        } catch {
            let head = head
            self = HTTPRequestParser(limits: limits)
            request = head
            state = .failed(error)
            throw error
        }
    }

    private mutating func readRequestLine() throws(HTTPParseError) -> Bool {
        guard input.count > 0 else { return false }
        let first = input.bytes[input.start]
        guard first.isTokenByte || first == .carriageReturn || first == .lineFeed else {
            throw first == 0x16
                ? .malformed("Use http://, not https://: TLS is not spoken on this port.")
                : .malformed("Begin the request with 'METHOD target HTTP/1.1'.")
        }
        let tooLong = HTTPParseError.requestLineTooLong(limit: limits.requestLineBytes)
        guard let range = try input.nextLine(maxBytes: limits.requestLineBytes + 2, orThrow: tooLong) else {
            return false
        }
        if range.isEmpty {
            emptyLines += 1
            guard emptyLines <= Self.maxEmptyLines else { throw .malformed("Send no empty lines before a request.") }
            input.consumeLines()
            return true
        }
        let line = try RequestLine(range, of: input.bytes.span)
        state = .fields(line, FieldSection(at: input, limits: limits))
        emptyLines = 0
        return true
    }

    /// Makes a request of the complete head and decides how its body is to be read (RFC 9112 §6.3).
    private mutating func beginBody(_ line: RequestLine, _ headers: HTTPHeaders) throws(HTTPParseError) -> Event? {
        var request = HTTPRequest(
            method: line.method, target: line.target, minorVersion: line.minorVersion, headers: headers)
        self.request = request
        try Self.checkHost(headers, minorVersion: line.minorVersion)
        let framing = try BodyFraming(headers, minorVersion: line.minorVersion)
        if case .length(let length) = framing, length > limits.bodyBytes {
            throw .bodyTooLarge(limit: limits.bodyBytes)
        }
        let waits = try Self.expectsContinue(headers, minorVersion: line.minorVersion)
        if let authority = line.authority { request.headers.set("Host", authority) }

        switch framing {
        case .untold, .length(0):
            state = .requestLine
            self.request = nil
            return .request(request)
        case .length(let length):
            state = .body(remaining: length)
        case .chunked:
            state = .chunks(ChunkedBodyDecoder(limits: limits))
        }
        self.request = request
        return waits && input.count == 0 ? .expectContinue : nil
    }

    private mutating func readBody(_ remaining: Int) -> Event? {
        let part = min(remaining, input.count)
        request?.body.append(contentsOf: input.bytes[input.start..<input.start + part])
        input.consume(part)
        state = .body(remaining: remaining - part)
        return part == remaining ? finishRequest() : nil
    }

    private mutating func readChunks(_ decoder: ChunkedBodyDecoder) throws(HTTPParseError) -> Event? {
        guard var request = request.take() else { preconditionFailure("A body belongs to a request") }
        var decoder = decoder
        let end: Int
        do throws(HTTPParseError) {
            end = try decoder.decode(input.bytes.span, from: input.start, into: &request.body)
        } catch {
            self.request = request
            throw error
        }
        self.request = request
        input.consume(end - input.start)
        state = .chunks(decoder)
        return decoder.isDone ? finishRequest() : nil
    }

    private mutating func finishRequest() -> Event? {
        state = .requestLine
        return request.take().map(Event.request)
    }

    private static func checkHost(_ headers: HTTPHeaders, minorVersion: Int) throws(HTTPParseError) {
        let host = try headers.only("host", repeated: .malformed("Send the Host header once."))
        guard let host else {
            guard minorVersion == 0 else { throw .malformed("Send a Host header: HTTP/1.1 requires it.") }
            return
        }
        guard Authority.isValid(headers.lines.span, host.value) else {
            throw .malformed("Write Host as a name or an address with an optional port.")
        }
    }

    /// Whether the client waits for permission to send its body; HTTP/1.0 cannot (RFC 9110 §10.1.1).
    private static func expectsContinue(_ headers: HTTPHeaders, minorVersion: Int) throws(HTTPParseError) -> Bool {
        guard minorVersion > 0 else { return false }
        guard let expect = try headers.only("expect", repeated: .unknownExpectation) else { return false }
        guard headers.lines.span.equals("100-continue", ignoringCaseIn: expect.value) else {
            throw .unknownExpectation
        }
        return true
    }
}
