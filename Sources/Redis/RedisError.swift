/// What went wrong between this process and Redis.
///
/// After every case but ``server(_:)`` and ``invalidURL(_:)`` the connection is gone: reconnect after a back-off.
package enum RedisError: Error, Equatable, Sendable {
    /// The address is no Redis address; the text says what is allowed and never repeats the address.
    case invalidURL(String)
    /// No connection could be made, within its timeout or at all.
    case unreachable(String)
    /// Nothing could be read or written for as long as the command timeout.
    case timedOut
    /// The connection was ended, by the server or by its owner.
    case closed
    /// The kernel refused to read or write, or memory ran out.
    case io(String)
    /// What answered does not speak RESP2.
    case protocolViolation(String)
    /// The server answered a command with an error; the connection stays usable.
    case server(RedisServerError)

    /// A label for a metric: one of some twenty words, whatever the server says.
    package var kind: String {
        switch self {
        case .invalidURL: "invalid_url"
        case .unreachable: "unreachable"
        case .timedOut: "timeout"
        case .closed: "closed"
        case .io: "io"
        case .protocolViolation: "protocol"
        case .server(let error): error.isWellKnown ? error.code.lowercased() : "server"
        }
    }
}

extension RedisError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL(let reason): reason
        case .unreachable(let reason): "Redis cannot be reached: \(reason)"
        case .timedOut: "Redis did not answer in time"
        case .closed: "the connection to Redis is closed"
        case .io(let reason): "the connection to Redis failed: \(reason)"
        case .protocolViolation(let reason): "the answer is not Redis's protocol: \(reason)"
        case .server(let error): "Redis refused: \(error)"
        }
    }
}
