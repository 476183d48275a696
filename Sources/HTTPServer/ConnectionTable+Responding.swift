import CLinux
import HTTP
import Reactor

extension ConnectionTable {
    /// Adds fields to whatever answers the request that a connection waits with.
    package mutating func setHeaders(_ headers: HTTPHeaders, on id: ConnectionID) {
        guard isCurrent(id) else { return }
        slots[Int(id.descriptor)].reader?.headers = headers
    }

    /// Answers the request that a connection waits with.
    ///
    /// Does nothing if the connection is gone meanwhile.
    ///
    /// `closing`: whether the connection closes after the response, as it must after a framing error.
    package mutating func respond(_ id: ConnectionID, _ response: HTTPResponse, closing: Bool = false) {
        let slot = Int(id.descriptor)
        guard isCurrent(id), slots[slot].state == .responding, let reader = slots[slot].reader else { return }
        outcomes.responses[response.status.code, default: 0] += 1
        var response = response
        response.headers.add(reader.headers)
        reader.headers = HTTPHeaders()
        let keepsAlive = slots[slot].keepsAlive && !closing && !isDraining
        enqueue(
            id.descriptor,
            HTTPResponseEncoder.encode(response, to: reader.method, keepAlive: keepsAlive, date: date))
        slots[slot].lastProgress = now
        slots[slot].requestBegan = now
        if keepsAlive {
            setState(.reading, id.descriptor)
            hold(reader.parser.bufferedBytes, id.descriptor)
            slots[slot].mayHaveInput = true
            limitWaiting()
        } else {
            setState(.finishing, id.descriptor)
            dropReader(id.descriptor)
        }
    }

    /// Turns a connection that waits for its response into an event stream; whether it was still there.
    package mutating func beginStream(_ id: ConnectionID, _ headers: HTTPHeaders) -> Bool {
        guard let head = makeStream(id, headers) else { return false }
        enqueue(id.descriptor, head)
        return true
    }

    /// Makes an event stream of a connection, if it is still there, and returns the head to begin it with.
    mutating func makeStream(_ id: ConnectionID, _ headers: HTTPHeaders) -> [UInt8]? {
        let slot = Int(id.descriptor)
        guard isCurrent(id), slots[slot].state == .responding, !slots[slot].isHalfClosed else {
            if isCurrent(id) { close(id.descriptor) }
            return nil
        }
        var headers = headers
        if let more = slots[slot].reader?.headers { headers.add(more) }
        outcomes.responses[HTTPStatus.ok.code, default: 0] += 1
        setState(.streaming, id.descriptor)
        dropReader(id.descriptor)
        slots[slot].lastProgress = now
        streamCount += 1
        return HTTPResponseEncoder.encodeStreamHead(
            status: .ok, headers: headers, chunked: slots[slot].isChunked, date: date)
    }

    /// Answers a HEAD request for an event stream with the head that GET would get.
    package mutating func respondStreamHead(_ id: ConnectionID, _ headers: HTTPHeaders) {
        guard isCurrent(id), slots[Int(id.descriptor)].state == .responding else { return }
        var headers = headers
        if let more = slots[Int(id.descriptor)].reader?.headers { headers.add(more) }
        enqueue(
            id.descriptor,
            HTTPResponseEncoder.encodeStreamHead(status: .ok, headers: headers, chunked: false, date: date))
        slots[Int(id.descriptor)].requestBegan = now
        setState(.finishing, id.descriptor)
        dropReader(id.descriptor)
    }

    /// Queues one chunk for an event stream, to be written at the end of the turn with all else that is queued for it.
    ///
    /// `chunk` is framed by `ChunkEncoder`; shared, not copied, but for HTTP/1.0 peers.
    package mutating func send(_ chunk: [UInt8], to id: ConnectionID) {
        guard isCurrent(id), slots[Int(id.descriptor)].state == .streaming else { return }
        enqueue(id.descriptor, framed(chunk, Int(id.descriptor)))
    }

    /// A framed chunk as a stream's peer is to get it.
    func framed(_ chunk: [UInt8], _ slot: Int) -> [UInt8] {
        slots[slot].isChunked ? chunk : Array(chunk[ChunkEncoder.contentRange(ofFramed: chunk)])
    }

    /// How many bytes wait to be written.
    package func pendingBytes(_ id: ConnectionID) -> Int {
        isCurrent(id) ? slots[Int(id.descriptor)].output.count : 0
    }

    /// How many bytes the peer of an open stream has acknowledged of all that was ever sent to it; -1 where the kernel does
    /// not count them.
    package func acknowledgedBytes(_ id: ConnectionID) -> Int64 {
        guard isCurrent(id) else { return -1 }
        let acknowledged = clinux_acknowledged_bytes(id.descriptor)
        guard acknowledged < 0 else { return acknowledged }
        // A Unix socket's peer has read what neither the table nor the kernel still holds, unless it is gone: then the
        // kernel has dropped it. Asked in this order, since the kernel says that it is gone before it drops anything.
        let holdsNothing = pendingBytes(id) == 0 && clinux_unacknowledged_bytes(id.descriptor) == 0
        return holdsNothing && !clinux_is_hung_up(id.descriptor) ? .max : -1
    }

    /// What `acknowledgedBytes` will be once all that was queued by now is acknowledged.
    package func queuedEnd(_ id: ConnectionID) -> Int64 {
        guard isCurrent(id) else { return .max }
        // In this order: what is acknowledged in between counts twice, which is late and not early.
        let unacknowledged = Int64(clinux_unacknowledged_bytes(id.descriptor))
        let acknowledged = clinux_acknowledged_bytes(id.descriptor)
        return acknowledged < 0 ? 0 : acknowledged + unacknowledged + Int64(pendingBytes(id))
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
        slots[Int(id.descriptor)].requestBegan = now
        leaveStreaming(id.descriptor)
        setState(.finishing, id.descriptor)
    }
}
