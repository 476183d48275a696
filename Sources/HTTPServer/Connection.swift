import HTTP
import Reactor

/// The identity of a connection: its descriptor and the generation of the descriptor's slot.
package typealias ConnectionID = Registration

/// One slot of the connection table.
///
/// It is small, since an idle event stream is nothing but its slot.
struct Connection {
    enum State: UInt8 {
        /// No connection has this descriptor.
        case free
        /// A request is being read, or none has begun.
        case reading
        /// A request was handed over and its response is awaited; nothing more is read.
        case responding
        /// An event stream: only writes from here on.
        case streaming
        /// What is queued is still written, then the connection closes.
        case finishing
        /// Our side is closed; the peer's last bytes are read and dropped (RFC 9112 §9.6).
        case lingering
    }

    var generation: UInt32 = 0
    var state = State.free
    /// Whether the slot stands in the list of connections to flush.
    var isDirty = false
    /// Whether the peer will send no more.
    var isHalfClosed = false
    /// Whether a response is followed by another request.
    var keepsAlive = false
    /// Whether the stream is framed in chunks; an HTTP/1.0 peer gets it bare, ended by the close.
    var isChunked = true
    /// Whether the next request may already have arrived.
    ///
    /// It is not read before the last response is written, so that a peer that asks and does not read costs one response.
    var mayHaveInput = false
    /// Whether a notice is wanted when the output has drained.
    var awaitsDrain = false
    /// When the connection last made progress, and since when its request is being read, or its last response written.
    var lastProgress = Ticks(0)
    var requestBegan = Ticks(0)
    /// What reading requests takes; event streams have none.
    var reader: RequestReader?
    var output = OutputQueue()
}

/// A request's parser and its method, which the response depends on.
final class RequestReader {
    var parser: HTTPRequestParser
    var method = HTTPMethod.get
    var hasServed = false
    /// The bytes of the request that is being read or answered, as they count for all.
    var heldBytes = 0
    /// What the answer to the request at hand carries beside its own fields.
    var headers = HTTPHeaders()
    let peer: PeerAddress
    let listener: Int32

    init(limits: HTTPLimits, peer: PeerAddress, listener: Int32) {
        parser = HTTPRequestParser(limits: limits)
        self.peer = peer
        self.listener = listener
    }
}

/// Milliseconds on the monotonic clock, wrapping after 49 days: four bytes are enough to tell how long something took.
package struct Ticks: Equatable, Sendable {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package init(_ time: MonotonicTime) {
        rawValue = UInt32(truncatingIfNeeded: time.milliseconds)
    }

    /// The milliseconds from `earlier` to this moment.
    package func since(_ earlier: Ticks) -> Int64 {
        Int64(rawValue &- earlier.rawValue)
    }
}
