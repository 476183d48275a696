import Feeds
import Glibc
import HTTP
import HTTPServer
import Reactor

/// What the hub does as time passes, and how it comes to its end.
extension Hub {
    // MARK: - Time

    func sweep(_ now: MonotonicTime) {
        nextSweep = now + sweepInterval
        connections.date = HTTPDate.format(unixSeconds: Int(WallClock.unixMilliseconds / 1000))
        let silent = connections.sweep(silence: Milliseconds(Int64(settings.server.pingMilliseconds)))
        if !silent.isEmpty {
            var ping: [UInt8] = []
            StreamEvents.appendPing(time: WallClock.unixMilliseconds, to: &ping)
            let chunk = ChunkEncoder.frame(ping)
            for id in silent { connections.send(chunk, to: id) }
        }
        if !unanswered.isEmpty { askAgain() }
        if unwelcomed > 0 { welcomeLate() }
        if !undecided.isEmpty { decideLate() }
        endRevoked(now)
        telemetry.count(connections.takeOutcomes())
        if settings.server.maxStreamMilliseconds > 0 { endAged(Ticks(now)) }
    }

    private func endAged(_ now: Ticks) {
        for descriptor in streams.indices where streams[descriptor].mode != .closed {
            let age = now.since(streams[descriptor].end)
            // Before its end the difference wraps to a large number.
            if age < Int64(UInt32.max / 2) { sayGoodbye(Int32(descriptor), reason: "lifetime") }
        }
    }

    // MARK: - Draining

    /// Ends all streams with a goodbye, takes no more, and calls `done` when the last connection has gone; once only.
    func drain(_ done: @escaping @Sendable () -> Void) {
        guard !isDraining else { return }
        isDraining = true
        whenDrained = done
        for listener in listeners {
            loop.remove(listener.descriptor)
            close(listener.descriptor)
        }
        for descriptor in streams.indices where streams[descriptor].mode != .closed {
            sayGoodbye(Int32(descriptor), reason: "drain")
        }
        for id in Array(undecided.keys) { decide(id, isOver: false) }
        connections.drain()
    }

    func drained() {
        hasDrained.store(true, ordering: .releasing)
        whenDrained?()
        whenDrained = nil
    }

    private func sayGoodbye(_ descriptor: Int32, reason: String) {
        let id = ConnectionID(descriptor: descriptor, generation: streams[Int(descriptor)].generation)
        var goodbye: [UInt8] = []
        StreamEvents.appendGoodbye(reason: reason, retryMilliseconds: drawnRetry(), to: &goodbye)
        connections.send(ChunkEncoder.frame(goodbye), to: id)
        connections.endStream(id)
    }

    /// When a stream shall come back, drawn so that not all come back in one moment.
    func drawnRetry() -> Int {
        let retry = settings.server.retryMilliseconds
        return Int.random(in: max(1, retry / 2)...(retry + retry / 2), using: &random)
    }
}
