/// Why the table closed a connection of its own accord; the name is a metric's label.
package enum ConnectionClosing: String, CaseIterable, Sendable {
    /// It had asked for nothing, and there were too many that had no whole request.
    case newcomer
    /// It had asked before, and there were too many that had no whole request.
    case surplus
    /// It had sent a part of a request, and all such parts together were too large.
    case crowded
    /// It sent nothing, or after its last response nothing more.
    case idle
    /// It did not take the last bytes of a response.
    case unread
    /// A stream that took nothing of what waited for it.
    case stalled
}

/// What became of requests and connections since this was last asked.
package struct ConnectionOutcomes: Sendable {
    /// Responses by status code, streams among them.
    package internal(set) var responses: [Int: Int] = [:]
    package internal(set) var closings: [ConnectionClosing: Int] = [:]
}

extension ConnectionTable {
    package mutating func takeOutcomes() -> ConnectionOutcomes {
        defer { outcomes = ConnectionOutcomes() }
        return outcomes
    }

    mutating func close(_ descriptor: Int32, _ reason: ConnectionClosing) {
        outcomes.closings[reason, default: 0] += 1
        close(descriptor)
    }
}
