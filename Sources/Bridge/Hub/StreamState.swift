import Feeds
import HTTPServer

/// What the hub knows of one event stream, beside its connection.
///
/// Slots are indexed by descriptor.
struct StreamState {
    enum Mode: UInt8 {
        /// No stream has this descriptor.
        case closed
        /// It is fed from the database: a newcomer, or one that fell behind.
        case replaying
        /// It gets what is committed.
        case live
    }

    var mode = Mode.closed
    var isEnveloped = false
    /// Whether it has conditions of its own.
    var isSelective = false
    /// Whether it may have to wait for notifications: see `Hub.pacings`.
    var isPaced = false
    /// Whether something was committed for it since the database was last asked.
    var hasMissed = false
    /// How it began; gone once the stream is live for the first time.
    var opening: StreamOpening?
    var generation: UInt32 = 0
    /// The first of its subscriptions.
    var subscription = Subscriptions.none
    /// When it ends, if streams have a lifetime.
    var end = Ticks(0)
    /// Everything of its feeds up to here was queued for it, or ruled out.
    var cursor: LogPosition = 0
}

/// A stream that has not been live yet.
final class StreamOpening {
    /// A look at the lists of feeds that have ended.
    enum Look { case due, underWay, done }

    let clientID: UInt64
    let began: Ticks
    /// Whether its welcome was queued.
    var isWelcomed = false
    /// It is over only if its feeds still have ended after that.
    var look = Look.due
    /// Where it begins; `nil` once the store has answered.
    var start: StreamStart?
    /// The cursor that it came with, if that was one of ours.
    let presented: LogPosition?
    let asksForEvents: Bool

    init(clientID: UInt64, began: Ticks, start: StreamStart, presented: LogPosition?, asksForEvents: Bool) {
        self.clientID = clientID
        self.began = began
        self.start = start
        self.presented = presented
        self.asksForEvents = asksForEvents
    }
}
