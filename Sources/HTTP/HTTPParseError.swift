/// Why bytes cannot be understood as a message or an event stream; nothing more can be read from that connection.
package enum HTTPParseError: Error, Equatable, Sendable {
    /// Against the grammar or ambiguous; the sentence says what to change.
    case malformed(String)
    case requestLineTooLong(limit: Int)
    case headersTooLarge(limit: Int)
    case tooManyHeaders(limit: Int)
    case bodyTooLarge(limit: Int)
    /// A line or the data of an event stream's event.
    case eventTooLarge(limit: Int)
    case unknownExpectation
    case unknownTransferCoding
    case unsupportedVersion

    /// What a server answers before it closes the connection.
    package var status: HTTPStatus {
        switch self {
        case .malformed: .badRequest
        case .requestLineTooLong: .uriTooLong
        case .headersTooLarge, .tooManyHeaders: .headerFieldsTooLarge
        case .bodyTooLarge, .eventTooLarge: .contentTooLarge
        case .unknownExpectation: .expectationFailed
        case .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: .versionNotSupported
        }
    }

    /// A sentence for the person at the other end that says what to do.
    package var detail: String {
        switch self {
        case .malformed(let detail): detail
        case .requestLineTooLong(let limit): "Shorten the URL: the request line may have at most \(limit) bytes."
        case .headersTooLarge(let limit):
            "Send fewer or shorter headers: together they may have at most \(limit) bytes."
        case .tooManyHeaders(let limit): "Send at most \(limit) headers."
        case .bodyTooLarge(let limit): "Send a smaller body: at most \(limit) bytes are accepted."
        case .eventTooLarge(let limit): "Send smaller events: at most \(limit) bytes of one are accepted."
        case .unknownExpectation: "Leave out the Expect header, or send 'Expect: 100-continue'."
        case .unknownTransferCoding: "Send the body with Content-Length or with 'Transfer-Encoding: chunked'."
        case .unsupportedVersion: "Use HTTP/1.1."
        }
    }
}
