import Feeds
import Reactor

/// What one stream holds back of one feed: the newest beyond a limit, and a batch that is not full yet.
///
/// A notification passes the limits first, then waits for its batch. Whatever happens, what is released of the feed is
/// in ascending order.
struct FeedPacing {
    /// `max_per_second`.
    private var kindLimit: RateLimit?
    /// `min_interval_ms`, which this stream asked for.
    private var ownLimit: RateLimit?
    private let dropsExcess: Bool
    private let batch: Kind.Batch?
    /// The newest that a limit holds back; those before it are superseded.
    private var held: PacedEvent?
    private var waiting: [PacedEvent] = []
    private var waitingBytes = 0
    private var batchEnd = MonotonicTime.distantFuture
    private var ruledOut = 0

    /// What may wait in a batch; more is sent before the batch is full.
    static let maximumBatchBytes = 65_536

    /// `nil` where nothing is ever held back.
    init?(_ kind: Kind, minimumInterval: Milliseconds?) {
        guard kind.maxPerSecond != nil || kind.batch != nil || minimumInterval != nil else { return nil }
        kindLimit = kind.maxPerSecond.map { RateLimit($0, in: 1000) }
        ownLimit = minimumInterval.map { RateLimit(1, in: $0) }
        dropsExcess = kind.overLimit == .drop
        batch = kind.batch
    }

    /// The position of the first that is held back.
    var firstHeld: LogPosition? { waiting.first?.position ?? held?.position }

    var isHolding: Bool { held != nil || !waiting.isEmpty }

    /// About how many bytes a release has.
    var heldBytes: Int { waitingBytes + (held?.data.count ?? 0) }

    /// When something that is held back is to be sent.
    var deadline: MonotonicTime {
        min(held == nil ? .distantFuture : opening, waiting.isEmpty ? .distantFuture : batchEnd)
    }

    /// Of how many that come at once only the newest are of use; `nil`: all.
    var burst: Int? {
        let kindBurst = dropsExcess ? nil : kindLimit?.count
        return ownLimit == nil ? kindBurst : 1
    }

    /// From when on a limit lets the next one through.
    private var opening: MonotonicTime {
        let kindOpening = dropsExcess ? nil : kindLimit?.opening
        return max(
            kindOpening ?? MonotonicTime(nanoseconds: .min), ownLimit?.opening ?? MonotonicTime(nanoseconds: .min))
    }

    /// Takes a notification that is newer than all before.
    ///
    /// - Parameters:
    ///   - event: The notification.
    ///   - isReplayed: Whether it comes from the database, which `drop` does not limit.
    ///   - now: The time.
    /// - Returns: what is to be sent at once, if anything is.
    mutating func offer(_ event: PacedEvent, isReplayed: Bool, _ now: MonotonicTime) -> [PacedEvent]? {
        guard !event.isTerminal else { return passTerminal(event, now) }
        if dropsExcess, !isReplayed, let limit = kindLimit {
            guard limit.opening <= now else {
                ruledOut += 1
                return nil
            }
            kindLimit?.note(now)
        }
        if held != nil { ruledOut += 1 }
        guard opening <= now else {
            held = event
            return nil
        }
        held = nil
        return pass(event, now)
    }

    /// Holds a notification back whatever the limits say, since newer ones are on their way; false where all are sent.
    mutating func hold(_ event: PacedEvent) -> Bool {
        guard burst != nil, !event.isTerminal else { return false }
        if held != nil { ruledOut += 1 }
        held = event
        return true
    }

    /// What is to be sent by now, if anything is.
    mutating func takeDue(_ now: MonotonicTime) -> [PacedEvent]? {
        if let event = held, opening <= now {
            held = nil
            if let released = pass(event, now) { return released }
        }
        return batchEnd <= now ? takeBatch() : nil
    }

    /// All that is held back, to be sent before something that must not overtake it.
    mutating func takeAll(_ now: MonotonicTime) -> [PacedEvent]? {
        guard let event = held else { return takeBatch() }
        held = nil
        return pass(event, now) ?? takeBatch()
    }

    /// The batch, full or not.
    mutating func takeBatch() -> [PacedEvent]? {
        guard !waiting.isEmpty else { return nil }
        let events = waiting
        waiting.removeAll()
        waitingBytes = 0
        batchEnd = .distantFuture
        return events
    }

    /// Forgets what is held back.
    mutating func discard() {
        held = nil
        _ = takeBatch()
    }

    /// How many were superseded or dropped since this was last asked.
    mutating func takeRuledOut() -> Int {
        defer { ruledOut = 0 }
        return ruledOut
    }

    var isBatching: Bool { batch != nil }

    /// What its batches are named.
    var batchEvent: String? { batch?.event }

    /// A feed's last is sent at once, whatever the limits say, and with it the batch that it fills or not.
    private mutating func passTerminal(_ event: PacedEvent, _ now: MonotonicTime) -> [PacedEvent]? {
        if held != nil { ruledOut += 1 }
        held = nil
        return pass(event, now) ?? takeBatch()
    }

    private mutating func pass(_ event: PacedEvent, _ now: MonotonicTime) -> [PacedEvent]? {
        if !dropsExcess { kindLimit?.note(now) }
        ownLimit?.note(now)
        guard let batch else { return [event] }
        if waiting.isEmpty { batchEnd = now + Milliseconds(Int64(batch.maxDelayMilliseconds)) }
        waiting.append(event)
        waitingBytes += event.data.count
        let isFull = waiting.count >= batch.maxCount || waitingBytes >= FeedPacing.maximumBatchBytes
        return isFull ? takeBatch() : nil
    }
}
