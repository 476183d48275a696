import Reactor

extension ConnectionTable {
    /// Tells the table the time; call at the beginning of a turn.
    package mutating func setTime(_ time: MonotonicTime) {
        self.time = time
        now = Ticks(time)
    }

    /// Goes through all connections: closes those whose time is up, and returns the event streams to which
    /// nothing was written for as long as `silence`.
    ///
    /// One pass over the slots every so often costs less than a timer for each connection, in memory and in time.
    package mutating func sweep(silence: Milliseconds) -> [ConnectionID] {
        resumeListeners()
        var silent: [ConnectionID] = []
        for slot in slots.indices {
            let descriptor = Int32(slot)
            let idle = now.since(slots[slot].lastProgress)
            switch slots[slot].state {
            case .free, .responding:
                break
            case .reading:
                sweepReading(descriptor, idle: idle)
            case .streaming:
                if slots[slot].output.isEmpty {
                    if idle >= silence.count { silent.append(id(of: descriptor)) }
                } else if timeouts.stalledStream > 0 && idle >= timeouts.stalledStream.count {
                    close(descriptor, .stalled)
                }
            case .finishing:
                if idle >= timeouts.body.count || isUnread(slot) { close(descriptor, .unread) }
            case .lingering:
                if idle >= timeouts.linger.count { close(descriptor) }
            }
        }
        return silent
    }

    private mutating func sweepReading(_ descriptor: Int32, idle: Int64) {
        let slot = Int(descriptor)
        guard !isUnread(slot) else { return close(descriptor, .unread) }
        guard let reader = slots[slot].reader else { return }
        let taken = now.since(slots[slot].requestBegan)
        switch reader.parser.phase {
        case .idle:
            // A connection that never sent a byte is treated as one that sends its head too slowly.
            if idle >= (reader.hasServed ? timeouts.idle : timeouts.head).count { close(descriptor, .idle) }
        case .head:
            if taken >= timeouts.head.count { timeOut(descriptor, reader) }
        case .body:
            if taken >= timeouts.body.count { timeOut(descriptor, reader) }
        }
    }

    /// Whether a response was not taken in time, however little by little.
    private func isUnread(_ slot: Int) -> Bool {
        !slots[slot].output.isEmpty && now.since(slots[slot].requestBegan) >= timeouts.response.count
    }

    private mutating func timeOut(_ descriptor: Int32, _ reader: RequestReader) {
        setState(.responding, descriptor)
        slots[Int(descriptor)].keepsAlive = false
        let head = reader.parser.head
        reader.method = head?.method ?? .get
        notices.append(.timedOut(id(of: descriptor), head: head, listener: reader.listener))
    }

    /// Keeps no connection beyond the request that is under way: closes those that have none, once what is queued for
    /// them is written, and listens no more.
    package mutating func drain() {
        isDraining = true
        pausedListeners.removeAll()
        for slot in slots.indices where slots[slot].state == .reading {
            if slots[slot].output.isEmpty { close(Int32(slot)) } else { setState(.finishing, Int32(slot)) }
        }
    }

    /// Closes everything at once.
    package mutating func closeAll() {
        for slot in slots.indices { close(Int32(slot)) }
    }
}
