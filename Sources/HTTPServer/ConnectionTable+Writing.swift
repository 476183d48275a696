import Glibc
import HTTP
import Reactor

extension ConnectionTable {
    mutating func enqueue(_ descriptor: Int32, _ bytes: [UInt8]) {
        // A peer that was silent has until now to take what it gets: its stall begins here.
        if slots[Int(descriptor)].output.isEmpty { slots[Int(descriptor)].lastProgress = now }
        slots[Int(descriptor)].output.append(bytes)
        markDirty(descriptor)
    }

    mutating func markDirty(_ descriptor: Int32) {
        guard !slots[Int(descriptor)].isDirty else { return }
        slots[Int(descriptor)].isDirty = true
        dirty.append(descriptor)
    }

    /// Writes what the turn queued, once for each connection; then reads on where a response has left.
    package mutating func flush() {
        releaseHeads()
        var flushing: [Int32] = []
        swap(&flushing, &dirty)
        for descriptor in flushing { flush(descriptor) }
        // What left in this turn keeps nobody waiting.
        releaseHeads()
        if dirty.isEmpty {
            flushing.removeAll(keepingCapacity: true)
            swap(&flushing, &dirty)
        }
        // One request of each connection a turn, so that none keeps the others waiting.
        var resuming: [ConnectionID] = []
        swap(&resuming, &resumable)
        for id in resuming where isCurrent(id) && slots[Int(id.descriptor)].state == .reading { read(id.descriptor) }
    }

    /// Whether `nextNotice` or `flush` has something left to do before the loop may sleep.
    package var hasWork: Bool { firstNotice < notices.count || !resumable.isEmpty || !dirty.isEmpty }

    mutating func flush(_ descriptor: Int32) {
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
            if slots[slot].mayHaveInput && slots[slot].state == .reading {
                slots[slot].mayHaveInput = false
                resumable.append(id(of: descriptor))
            }
            guard slots[slot].state == .finishing else { return }
            shutdown(descriptor, Int32(SHUT_WR))
            setState(.lingering, descriptor)
            slots[slot].lastProgress = now
            discardInput(descriptor)
        }
    }
}
