import HTTP
import Reactor

/// The heads of event streams that have only begun.
///
/// Mostly what follows a head is there at once, and leaves with it in one write. Each write is a packet of its own, and
/// so costs more than all else that a connection takes.
extension ConnectionTable {
    /// How long a head waits for what follows it.
    private static let longestWait: Milliseconds = 5

    /// A head that waits.
    struct WaitingHead {
        let id: ConnectionID
        let due: MonotonicTime
    }

    /// Turns a connection that waits for its response into an event stream, as `beginStream(_:_:)` does, whose head and
    /// first chunk wait a moment for what is sent next.
    package mutating func beginStream(_ id: ConnectionID, _ headers: HTTPHeaders, waitingWith chunk: [UInt8]) -> Bool {
        guard let head = makeStream(id, headers) else { return false }
        let slot = Int(id.descriptor)
        slots[slot].output.append(head)
        slots[slot].output.append(framed(chunk, slot))
        waitingHeads.append(WaitingHead(id: id, due: time + Self.longestWait))
        return true
    }

    /// Has the heads written that have waited long enough, and forgets those that have left.
    mutating func releaseHeads() {
        defer { forgetHeads() }
        while firstWaitingHead < waitingHeads.count {
            let head = waitingHeads[firstWaitingHead]
            if isCurrent(head.id), !slots[Int(head.id.descriptor)].output.isEmpty {
                guard head.due <= time else { return }
                markDirty(head.id.descriptor)
            }
            firstWaitingHead += 1
        }
    }

    /// Gives up the places of heads that have left, also while others never cease to wait; a few at a time cost nothing.
    private mutating func forgetHeads() {
        guard firstWaitingHead > 0 else { return }
        if firstWaitingHead == waitingHeads.count {
            waitingHeads.removeAll(keepingCapacity: waitingHeads.count < 1024)
        } else if firstWaitingHead >= 64 && firstWaitingHead >= waitingHeads.count / 2 {
            waitingHeads.removeFirst(firstWaitingHead)
        } else {
            return
        }
        firstWaitingHead = 0
    }

    /// When the oldest head that may still wait has waited long enough.
    package var nextHead: MonotonicTime {
        firstWaitingHead < waitingHeads.count ? waitingHeads[firstWaitingHead].due : .distantFuture
    }
}
