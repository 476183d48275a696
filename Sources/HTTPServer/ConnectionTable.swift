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
    /// A request has arrived; its connection waits for `respond` or `beginStream`.
    case request(ConnectionID, HTTPRequest, peer: PeerAddress)
    /// What arrived is not a request; `respond` closes the connection.
    case malformed(ConnectionID, HTTPParseError)
    /// A request did not arrive in time; `respond` closes the connection.
    case timedOut(ConnectionID)
    /// The output of a stream that asked for it has drained.
    case drained(ConnectionID)
    /// An event stream has ended, whoever ended it.
    case streamClosed(ConnectionID)
    /// Connections cannot be accepted for a moment: the process has no descriptor or memory left.
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
    private var firstNotice = 0
    /// Connections with output that was queued in this turn.
    private var dirty: [Int32] = []
    /// Connections whose next request may already have arrived.
    private var resumable: [ConnectionID] = []
    private let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
    var now = Ticks(.now)
    /// Event streams that are open.
    package internal(set) var streamCount = 0
    /// All connections that are open.
    package internal(set) var count = 0
    var pausedListeners: [Int32] = []
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
        while firstNotice == notices.count {
            notices.removeAll(keepingCapacity: true)
            firstNotice = 0
            guard let resumed = resumable.popLast() else { return nil }
            if isCurrent(resumed), slots[Int(resumed.descriptor)].state == .reading { read(resumed.descriptor) }
        }
        firstNotice += 1
        return notices[firstNotice - 1]
    }

    /// Handles what epoll said of a connection.
    package mutating func handle(_ id: ConnectionID, _ events: ReadyEvents) {
        guard isCurrent(id) else { return }
        let slot = Int(id.descriptor)
        if events.contains(.writable), !slots[slot].output.isEmpty { markDirty(id.descriptor) }
        switch slots[slot].state {
        case .streaming, .finishing:
            if !events.isDisjoint(with: .hungUp) { close(id.descriptor) }
        case .reading:
            if !events.isDisjoint(with: [.readable, .hungUp]) { read(id.descriptor) }
        case .responding:
            // A peer that has only finished sending still gets its response; one that is gone fails the write.
            if !events.isDisjoint(with: .hungUp) { slots[slot].isHalfClosed = true }
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

    // MARK: - Reading

    /// Reads until a request is complete or the socket has no more: with edge-triggered events the rest is not
    /// reported again.
    private mutating func read(_ descriptor: Int32) {
        let slot = Int(descriptor)
        while true {
            guard let reader = slots[slot].reader, !parse(descriptor, reader) else { return }
            let count = recv(descriptor, readBuffer.baseAddress, readBuffer.count, 0)
            if count > 0 {
                if reader.parser.phase == .idle { slots[slot].requestBegan = now }
                let wasInBody = reader.parser.phase == .body
                slots[slot].lastProgress = now
                reader.parser.append(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
                if wasInBody != (reader.parser.phase == .body) { slots[slot].requestBegan = now }
            } else if count < 0 && errno == EINTR {
                continue
            } else {
                if count == 0 || errno != EAGAIN { close(descriptor) }
                return
            }
        }
    }

    /// Takes a request out of what was read; whether reading is to stop.
    private mutating func parse(_ descriptor: Int32, _ reader: RequestReader) -> Bool {
        let slot = Int(descriptor)
        do {
            while let event = try reader.parser.next() {
                switch event {
                case .expectContinue:
                    enqueue(descriptor, HTTPResponseEncoder.continueResponse)
                case .request(let request):
                    reader.method = request.method
                    reader.hasServed = true
                    slots[slot].keepsAlive = request.keepsAlive
                    slots[slot].isChunked = request.minorVersion > 0
                    slots[slot].state = .responding
                    notices.append(.request(id(of: descriptor), request, peer: reader.peer))
                    return true
                }
            }
            return false
        } catch {
            slots[slot].keepsAlive = false
            slots[slot].state = .responding
            notices.append(.malformed(id(of: descriptor), error))
            return true
        }
    }

    private mutating func discardInput(_ descriptor: Int32) {
        while true {
            let count = recv(descriptor, readBuffer.baseAddress, readBuffer.count, 0)
            if count > 0 || (count < 0 && errno == EINTR) { continue }
            if count == 0 || errno != EAGAIN { close(descriptor) }
            return
        }
    }

    // MARK: - Responding

    /// Answers the request that a connection waits with.
    ///
    /// Does nothing if the connection is gone meanwhile.
    ///
    /// `closing`: whether the connection closes after the response, as it must after a framing error.
    package mutating func respond(_ id: ConnectionID, _ response: HTTPResponse, closing: Bool = false) {
        let slot = Int(id.descriptor)
        guard isCurrent(id), slots[slot].state == .responding, let reader = slots[slot].reader else { return }
        let keepsAlive = slots[slot].keepsAlive && !closing && !slots[slot].isHalfClosed
        enqueue(
            id.descriptor,
            HTTPResponseEncoder.encode(response, to: reader.method, keepAlive: keepsAlive, date: date))
        slots[slot].lastProgress = now
        if keepsAlive {
            slots[slot].state = .reading
            slots[slot].requestBegan = now
            resumable.append(id)
        } else {
            slots[slot].state = .finishing
            slots[slot].reader = nil
        }
    }

    // MARK: - Streams

    /// Turns a connection that waits for its response into an event stream; whether it was still there.
    package mutating func beginStream(_ id: ConnectionID, _ headers: HTTPHeaders) -> Bool {
        let slot = Int(id.descriptor)
        guard isCurrent(id), slots[slot].state == .responding, !slots[slot].isHalfClosed else {
            if isCurrent(id) { close(id.descriptor) }
            return false
        }
        slots[slot].state = .streaming
        slots[slot].reader = nil
        slots[slot].lastProgress = now
        streamCount += 1
        enqueue(
            id.descriptor,
            HTTPResponseEncoder.encodeStreamHead(
                status: .ok, headers: headers, chunked: slots[slot].isChunked, date: date))
        return true
    }

    /// Queues one chunk for an event stream, to be written at the end of the turn with all else that is queued for it.
    ///
    /// `chunk` is framed by `ChunkEncoder`; shared, not copied, but for HTTP/1.0 peers.
    ///
    /// Returns how many bytes wait for the stream now.
    @discardableResult
    package mutating func send(_ chunk: [UInt8], to id: ConnectionID) -> Int {
        guard isCurrent(id), slots[Int(id.descriptor)].state == .streaming else { return 0 }
        let isChunked = slots[Int(id.descriptor)].isChunked
        enqueue(id.descriptor, isChunked ? chunk : Array(chunk[ChunkEncoder.contentRange(ofFramed: chunk)]))
        return slots[Int(id.descriptor)].output.count
    }

    /// How many bytes wait to be written.
    package func pendingBytes(_ id: ConnectionID) -> Int {
        isCurrent(id) ? slots[Int(id.descriptor)].output.count : 0
    }

    /// Asks for one notice when nothing waits any more.
    package mutating func notifyWhenDrained(_ id: ConnectionID) {
        guard isCurrent(id) else { return }
        slots[Int(id.descriptor)].awaitsDrain = true
        markDirty(id.descriptor)
    }

    /// Ends an event stream after what is queued for it.
    ///
    /// `streamClosed` follows at once.
    package mutating func endStream(_ id: ConnectionID) {
        guard isCurrent(id), slots[Int(id.descriptor)].state == .streaming else { return }
        if slots[Int(id.descriptor)].isChunked { enqueue(id.descriptor, ChunkEncoder.last) }
        markDirty(id.descriptor)
        leaveStreaming(id.descriptor)
        slots[Int(id.descriptor)].state = .finishing
    }

    // MARK: - Writing

    mutating func enqueue(_ descriptor: Int32, _ bytes: [UInt8]) {
        // A peer that was silent has until now to take what it gets: its stall begins here.
        if slots[Int(descriptor)].output.isEmpty { slots[Int(descriptor)].lastProgress = now }
        slots[Int(descriptor)].output.append(bytes)
        markDirty(descriptor)
    }

    private mutating func markDirty(_ descriptor: Int32) {
        guard !slots[Int(descriptor)].isDirty else { return }
        slots[Int(descriptor)].isDirty = true
        dirty.append(descriptor)
    }

    /// Writes what the turn queued, once for each connection.
    package mutating func flush() {
        var flushing: [Int32] = []
        swap(&flushing, &dirty)
        for descriptor in flushing { flush(descriptor) }
        guard dirty.isEmpty else { return }
        flushing.removeAll(keepingCapacity: true)
        swap(&flushing, &dirty)
    }

    /// Whether `nextNotice` or `flush` has something left to do before the loop may sleep.
    package var hasWork: Bool { firstNotice < notices.count || !resumable.isEmpty || !dirty.isEmpty }

    private mutating func flush(_ descriptor: Int32) {
        let slot = Int(descriptor)
        slots[slot].isDirty = false
        guard slots[slot].state != .free, slots[slot].state != .lingering else { return }
        var wrote = false
        let progress = slots[slot].output.flush(to: descriptor, wrote: &wrote)
        if wrote { slots[slot].lastProgress = now }
        switch progress {
        case .blocked: break
        case .failed: close(descriptor)
        case .drained:
            if slots[slot].awaitsDrain {
                slots[slot].awaitsDrain = false
                notices.append(.drained(id(of: descriptor)))
            }
            guard slots[slot].state == .finishing else { return }
            shutdown(descriptor, Int32(SHUT_WR))
            slots[slot].state = .lingering
            slots[slot].lastProgress = now
            discardInput(descriptor)
        }
    }

    // MARK: - Closing

    mutating func leaveStreaming(_ descriptor: Int32) {
        guard slots[Int(descriptor)].state == .streaming else { return }
        streamCount -= 1
        notices.append(.streamClosed(id(of: descriptor)))
    }

    /// Closes a connection at once and frees its slot.
    mutating func close(_ descriptor: Int32) {
        let slot = Int(descriptor)
        guard slots[slot].state != .free else { return }
        leaveStreaming(descriptor)
        let generation = slots[slot].generation
        let wasDirty = slots[slot].isDirty
        slots[slot] = Connection()
        slots[slot].generation = generation
        slots[slot].isDirty = wasDirty
        count -= 1
        Glibc.close(descriptor)
    }
}
