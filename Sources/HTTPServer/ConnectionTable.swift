import CLinux
import Glibc
import HTTP
import Reactor

/// How long a connection may take for what.
package struct ConnectionTimeouts: Sendable {
    /// From the first byte of a request to the end of its head.
    package var head: Milliseconds = 10_000
    /// From the end of the head to the end of the body.
    package var body: Milliseconds = 30_000
    /// For the peer to take a whole response that is no stream.
    package var response: Milliseconds = 60_000
    /// Between two requests.
    package var idle: Milliseconds = 60_000
    /// From our close to the peer's.
    package var linger: Milliseconds = 2_000
    /// How long an event stream may take nothing of what waits for it; 0: for ever.
    package var stalledStream: Milliseconds = 60_000

    package init() {}
}

/// What the connection table has to say.
package enum ConnectionNotice: Sendable {
    /// A request has arrived, over a connection that the listener with this descriptor took; it waits for `respond` or
    /// `beginStream`.
    case request(ConnectionID, HTTPRequest, peer: PeerAddress, listener: Int32)
    /// A request has arrived that is not to be served, since the bodies of those before it take all there is; it waits for
    /// `respond`. It comes without its body.
    case crowded(ConnectionID, HTTPRequest, listener: Int32)
    /// What arrived is not a request; `respond` closes the connection. `head`: the request without its body, if that much
    /// was understood.
    case malformed(ConnectionID, HTTPParseError, head: HTTPRequest?, listener: Int32)
    /// A request did not arrive in time; `respond` closes the connection. `head` as above.
    case timedOut(ConnectionID, head: HTTPRequest?, listener: Int32)
    /// The output of a stream that asked for it has drained.
    case drained(ConnectionID)
    /// An event stream has ended, whoever ended it.
    ///
    /// `acknowledged`: what the peer of a TCP connection has acknowledged of all that was sent to it, otherwise -1, since
    /// of a Unix socket that is closed nobody can know; it is told only where `tracksAcknowledgements` is on.
    case streamClosed(ConnectionID, acknowledged: Int64)
    /// Connections cannot be accepted for a moment: the process has no descriptor or memory left for them.
    case acceptFailed(code: Int32)
}

/// All connections of one event loop: a slab of slots indexed by descriptor.
///
/// It moves bytes and keeps time, and says what happened in `nextNotice`; what requests and events mean is its owner's
/// affair. It lives on the loop's thread. Nothing in it blocks.
package struct ConnectionTable: ~Copyable {
    let loop: EventLoop
    let limits: HTTPLimits
    let timeouts: ConnectionTimeouts
    var slots: [Connection] = []
    var notices: [ConnectionNotice] = []
    var firstNotice = 0
    /// Connections with output that was queued in this turn.
    var dirty: [Int32] = []
    /// Connections whose last response is written, and whose next request may already have arrived.
    var resumable: [ConnectionID] = []
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
    var time = MonotonicTime.now
    var now = Ticks(.now)
    /// Streams whose heads may wait for what follows them, oldest first, and the first that may still.
    var waitingHeads: [WaitingHead] = []
    var firstWaitingHead = 0
    /// Event streams that are open.
    package internal(set) var streamCount = 0
    /// All connections that are open.
    package internal(set) var count = 0
    var pausedListeners: [Int32] = []
    /// The least descriptor that no connection may have: those from it on are for whatever else the process opens, as the
    /// kernel gives the lowest that is free.
    package var descriptorLimit = Int32.max
    /// Connections without a whole request: none has begun, or one is still arriving.
    var waitingCount = 0
    /// How many of these may be open: beyond it those that have waited longest are closed.
    package var waitingLimit = 4096
    /// The bytes of all requests that are still arriving.
    var arrivingBytes = 0
    /// The bytes of the bodies of all requests that have no answer yet.
    var unansweredBytes = 0
    /// How many each of these may be: beyond it of those that are still arriving some give way, and those that become
    /// whole are not served.
    package var heldLimit = 67_108_864
    var outcomes = ConnectionOutcomes()
    /// Whether no connection is to stay beyond its response.
    var isDraining = false
    /// Whether the end of a stream tells how far its peer had acknowledged it.
    package var tracksAcknowledgements = false
    /// The `Date` of responses, set by the owner once a second (RFC 9110 §6.6.1).
    package var date = ""

    package init(loop: EventLoop, limits: HTTPLimits, timeouts: ConnectionTimeouts) {
        self.loop = loop
        self.limits = limits
        self.timeouts = timeouts
    }

    deinit {
        readBuffer.deallocate()
    }

    /// The next thing that happened, until there is none.
    package mutating func nextNotice() -> ConnectionNotice? {
        if firstNotice == notices.count {
            notices.removeAll(keepingCapacity: true)
            firstNotice = 0
            return nil
        }
        firstNotice += 1
        return notices[firstNotice - 1]
    }

    /// Handles what epoll said of a connection.
    package mutating func handle(_ id: ConnectionID, _ events: ReadyEvents) {
        guard isCurrent(id) else { return }
        let slot = Int(id.descriptor)
        if events.isWritable, !slots[slot].output.isEmpty { markDirty(id.descriptor) }
        switch slots[slot].state {
        case .streaming:
            if events.isHungUp { close(id.descriptor) }
        case .finishing:
            // What is queued is still written; a peer that is gone fails the write.
            break
        case .reading:
            // With a response still to be written, its end brings the reading about.
            if !slots[slot].mayHaveInput, events.isReadable || events.isHungUp { read(id.descriptor) }
            // The edge that told of the end does not come again.
            if slots[slot].state == .responding, events.isHungUp { slots[slot].isHalfClosed = true }
        case .responding:
            // A peer that has only finished sending still gets its response; one that is gone fails the write.
            if events.isHungUp { slots[slot].isHalfClosed = true }
        case .lingering:
            discardInput(id.descriptor)
        case .free:
            break
        }
    }

    func isCurrent(_ id: ConnectionID) -> Bool {
        let slot = Int(id.descriptor)
        return slot < slots.count && slots[slot].generation == id.generation && slots[slot].state != .free
    }

    func id(of descriptor: Int32) -> ConnectionID {
        ConnectionID(descriptor: descriptor, generation: slots[Int(descriptor)].generation)
    }

    /// Puts a connection into another state, and keeps count of those that wait; what its request took is let go.
    mutating func setState(_ state: Connection.State, _ descriptor: Int32) {
        let slot = Int(descriptor)
        hold(0, descriptor)
        if slots[slot].state == .reading { waitingCount -= 1 }
        if state == .reading { waitingCount += 1 }
        slots[slot].state = state
    }

    // MARK: - Closing

    mutating func leaveStreaming(_ descriptor: Int32) {
        guard slots[Int(descriptor)].state == .streaming else { return }
        streamCount -= 1
        let acknowledged = tracksAcknowledgements ? clinux_acknowledged_bytes(descriptor) : -1
        notices.append(.streamClosed(id(of: descriptor), acknowledged: acknowledged))
    }

    /// Closes a connection at once and frees its slot.
    mutating func close(_ descriptor: Int32) {
        let slot = Int(descriptor)
        guard slots[slot].state != .free else { return }
        leaveStreaming(descriptor)
        dropReader(descriptor)
        setState(.free, descriptor)
        let generation = slots[slot].generation
        let wasDirty = slots[slot].isDirty
        slots[slot] = Connection()
        slots[slot].generation = generation
        slots[slot].isDirty = wasDirty
        count -= 1
        Glibc.close(descriptor)
    }
}
