extension ConnectionTable {
    /// Makes room among the connections without a whole request: that they are many must not cost the others their
    /// descriptors.
    ///
    /// Those that never asked and those that did answer each for their own number: neither can drive the others out.
    /// Of the more numerous the oldest go, and last of all whoever still takes its answer.
    mutating func limitWaiting() {
        guard waitingCount > waitingLimit else { return }
        let waiting = slots.indices.filter { slots[$0].state == .reading }
        let served = waiting.filter { slots[$0].reader?.hasServed == true }
        let areServed = served.count > waiting.count / 2
        let crowd = areServed ? served : waiting.filter { slots[$0].reader?.hasServed == false }
        let oldest = crowd.sorted { one, other in
            let (isIdle, isOtherIdle) = (slots[one].output.isEmpty, slots[other].output.isEmpty)
            guard isIdle == isOtherIdle else { return isIdle }
            return now.since(slots[one].requestBegan) > now.since(slots[other].requestBegan)
        }
        // Some more than has to be, so that the next connections need not look through all again.
        for slot in oldest.prefix(waitingCount - waitingLimit + waitingLimit / 16) {
            close(Int32(slot), areServed ? .surplus : .newcomer)
        }
    }

    /// Makes room among the bytes of requests that are still arriving.
    ///
    /// First go those that have held most for longest: what is quickly sent and what is small comes through.
    mutating func limitArriving() {
        guard arrivingBytes > heldLimit else { return }
        let weights = slots.indices.compactMap { slot -> (slot: Int, weight: Int64)? in
            guard slots[slot].state == .reading, let reader = slots[slot].reader, reader.heldBytes > 0 else {
                return nil
            }
            return (slot, Int64(reader.heldBytes) * (now.since(slots[slot].requestBegan) + 1))
        }
        for (slot, _) in weights.sorted(by: { $0.weight > $1.weight }) {
            guard arrivingBytes > heldLimit - heldLimit / 8 else { return }
            close(Int32(slot), .crowded)
        }
    }

    /// Notes how many bytes the request takes by now that a connection reads or is to answer.
    mutating func hold(_ bytes: Int, _ descriptor: Int32) {
        guard let reader = slots[Int(descriptor)].reader else { return }
        let more = bytes - reader.heldBytes
        reader.heldBytes = bytes
        if slots[Int(descriptor)].state == .responding { unansweredBytes += more } else { arrivingBytes += more }
    }

    /// Forgets what reading requests took, since no other request follows.
    mutating func dropReader(_ descriptor: Int32) {
        hold(0, descriptor)
        slots[Int(descriptor)].reader = nil
    }
}
