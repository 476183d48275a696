/// What is done to a bridge in a chaos run.
enum ChaosFault: Sendable {
    case killed
    /// At a point between two steps (see `Faults`), when it is reached for the so-manieth time.
    case killedAt(String, count: Int)
    /// The so-manieth commit is taken for a failed one, though it lasts.
    case commitFailed(count: Int)
    case restarted
    case redisKilled(for: Duration)
    case redisFrozen(for: Duration)
    case replyCut(of: String, bytes: Int)
    case connectionDropped(at: String)
    case repliesSlow(by: Duration, for: Duration)
    case refused(ChaosRefusal, for: Duration)
    case redisEmptied
    case databaseLocked(for: Duration)
    case databaseAway(for: Duration)
    case diskFull(for: Duration)
    /// It is stopped, and started in vain before it is started.
    case diskReadOnly
    case ordered(ChaosOrder, feed: Int)
    case herd

    /// What it is called in the table.
    var name: String {
        switch self {
        case .killed: "bridge killed at any moment"
        case .killedAt(let point, _): "bridge killed, \(point)"
        case .commitFailed: "commit failed, and lasted"
        case .restarted: "bridge stopped and started"
        case .redisKilled: "Redis killed and started"
        case .redisFrozen: "Redis frozen"
        case .replyCut: "reply cut short"
        case .connectionDropped: "connection to Redis dropped"
        case .repliesSlow(let delay, _): delay < .milliseconds(500) ? "replies slow" : "replies very slow"
        case .refused(let refusal, _): "Redis refuses, \(refusal.rawValue)"
        case .redisEmptied: "Redis emptied"
        case .databaseLocked: "database locked"
        case .databaseAway: "database moved away and back"
        case .diskFull: "disk full"
        case .diskReadOnly: "started on a read-only disk"
        case .ordered(let order, _): order.rawValue
        case .herd: "all streams gone and back"
        }
    }
}

/// A state in which Redis answers and yet does not do what it is asked.
enum ChaosRefusal: String, CaseIterable {
    case loading = "LOADING"
    case readOnly = "READONLY"
    case outOfMemory = "OOM"
    case cannotSave = "MISCONF"
    case notAuthenticated = "NOAUTH"

    var error: String { "\(rawValue) as a test would have it" }

    /// What it refuses; nil is everything.
    var commands: Set<String>? {
        switch self {
        case .loading, .notAuthenticated: nil
        // Scripts are refused as a whole, since they may write.
        case .readOnly, .outOfMemory, .cannotSave: ["EVAL"]
        }
    }
}
