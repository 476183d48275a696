import CLinux
import Glibc
import HTTP
import Reactor

extension ConnectionTable {
    /// Reads until a request is complete or the socket has no more: with edge-triggered events the rest is not
    /// reported again.
    mutating func read(_ descriptor: Int32) {
        let slot = Int(descriptor)
        while true {
            guard let reader = slots[slot].reader else { return }
            let phase = reader.parser.phase
            if parse(descriptor, reader) { return }
            // The body has a time of its own, from the end of the head.
            if reader.parser.phase != phase { slots[slot].requestBegan = now }
            hold(reader.parser.bufferedBytes, descriptor)
            limitArriving()
            guard slots[slot].reader === reader else { return }
            let count = recv(descriptor, readBuffer.baseAddress, readBuffer.count, 0)
            if count > 0 {
                if reader.parser.phase == .idle { slots[slot].requestBegan = now }
                slots[slot].lastProgress = now
                reader.parser.append(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
            } else if count < 0 && errno == EINTR {
                continue
            } else if count == 0 && !slots[slot].output.isEmpty {
                // The peer has said all it will, and still gets the answers that are due.
                setState(.finishing, descriptor)
                dropReader(descriptor)
                return
            } else {
                if count == 0 || errno != EAGAIN { close(descriptor) }
                return
            }
        }
    }

    /// Takes a request out of what was read; whether reading is to stop.
    mutating func parse(_ descriptor: Int32, _ reader: RequestReader) -> Bool {
        let slot = Int(descriptor)
        do {
            while let event = try reader.parser.next() {
                switch event {
                case .expectContinue:
                    enqueue(descriptor, HTTPResponseEncoder.continueResponse)
                case .request(var request):
                    reader.method = request.method
                    reader.hasServed = true
                    slots[slot].keepsAlive = request.keepsAlive
                    slots[slot].isChunked = request.minorVersion > 0
                    setState(.responding, descriptor)
                    let (id, listener) = (id(of: descriptor), reader.listener)
                    if request.body.isEmpty || unansweredBytes + request.body.count <= heldLimit {
                        hold(request.body.count, descriptor)
                        notices.append(.request(id, request, peer: reader.peer, listener: listener))
                    } else {
                        request.body = []
                        notices.append(.crowded(id, request, listener: listener))
                    }
                    return true
                }
            }
            return false
        } catch {
            slots[slot].keepsAlive = false
            setState(.responding, descriptor)
            let head = reader.parser.head
            reader.method = head?.method ?? .get
            notices.append(.malformed(id(of: descriptor), error, head: head, listener: reader.listener))
            return true
        }
    }

    /// Reads and drops what a peer still sends after our end; one that goes on and on is cut off.
    mutating func discardInput(_ descriptor: Int32) {
        for _ in 0..<16 {
            let count = recv(descriptor, readBuffer.baseAddress, readBuffer.count, 0)
            if count > 0 || (count < 0 && errno == EINTR) { continue }
            if count == 0 || errno != EAGAIN { close(descriptor) }
            return
        }
        close(descriptor)
    }
}
