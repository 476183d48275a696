import Feeds
import SQLite

/// A rule that keeps stored notifications from being sent, by its name in the configuration.
enum WithholdingRule: String, CaseIterable {
    case conditions = "where"
    case coalescing = "coalesce"
    case ending = "end_when"
}

/// What the rules of a feed's kind do to what one transaction stores of it.
struct FeedRuling {
    let feed: FeedName
    /// The feed's number.
    let number: Int64
    let isInbox: Bool
    /// The log's end before the transaction: what lies behind it was sent to nobody yet.
    let start: LogPosition
    private var judge: EntryJudge?
    let canEnd: Bool
    private var hasEnded: Bool
    /// The notifications of this transaction that are not sent after all.
    private(set) var superseded: Set<LogPosition> = []
    /// The ids of earlier ones that were unread and count as read now.
    private(set) var read: [String] = []
    /// How many were kept from being sent, or taken out of what is sent.
    private(set) var withheld: [WithholdingRule: Int] = [:]

    /// - Parameters:
    ///   - feed: The feed.
    ///   - number: Its number.
    ///   - isInbox: Whether it is an inbox.
    ///   - start: The log's end.
    ///   - kind: What its kind says of entries, if anything.
    ///   - hasEnded: Whether its last entry came with what the transaction goes on with.
    init(
        feed: FeedName, number: Int64, isInbox: Bool, start: LogPosition, kind: RuledKind?, hasEnded: Bool = false
    ) {
        self.feed = feed
        self.number = number
        self.isInbox = isInbox
        self.start = start
        judge = kind?.judge
        canEnd = kind?.canEnd ?? false
        self.hasEnded = hasEnded
    }

    var hasRules: Bool { judge != nil }
    /// What this transaction made more of in the log.
    var kindsOfRows: [LogEntryKind] {
        let isSuperseding = withheld[.coalescing] != nil
        let isWithholding = withheld.count > (isSuperseding ? 1 : 0)
        return [.notification] + (isWithholding ? [.withheld] : []) + (isSuperseding ? [.superseded] : [])
    }

    /// Judges an entry.
    ///
    /// What comes in one transaction behind the feed's last entry is stored and not sent.
    mutating func ruling(on body: UnsafeBufferPointer<UInt8>) -> EntryRuling {
        guard let ruling = judge?.judge(body) else { return EntryRuling() }
        return hasEnded ? EntryRuling(isSent: false) : ruling
    }

    /// Whether an entry ends its feed; `nil` where nothing can.
    func isLast(_ ruling: EntryRuling) -> Bool? { canEnd ? ruling.isTerminal : nil }

    /// Acts on an entry that was stored: what has its key is superseded, and counts as read.
    ///
    /// - Returns: by how much the feed's unread count grew.
    mutating func stored(
        _ ruling: EntryRuling, at position: LogPosition, _ store: LogStore, _ now: Int64
    ) throws -> Int {
        if ruling.isTerminal { hasEnded = true }
        guard ruling.isSent else {
            withheld[hasEnded ? .ending : .conditions, default: 0] += 1
            return 0
        }
        var growth = 1
        guard let key = ruling.key else { return growth }
        for older in try store.coalescing.supersede(number, key, before: position) {
            withheld[.coalescing, default: 0] += 1
            let isOfThisTransaction = older.position > start
            if isOfThisTransaction { superseded.insert(older.position) }
            // Also where nobody counts: the kind may become an inbox.
            guard let id = try store.readState.markUnsent(older.notification, at: now), isInbox else { continue }
            growth -= 1
            if !isOfThisTransaction { read.append(id) }
        }
        return growth
    }
}

/// A kind with rules that look into entries, as the writer needs it.
struct RuledKind: Sendable {
    let judge: EntryJudge
    let canEnd: Bool

    /// The kinds that have such rules, by name.
    static func table(_ kinds: [Kind]) -> [String: RuledKind] {
        var table: [String: RuledKind] = [:]
        for kind in kinds where !kind.rules.areEmpty {
            table[kind.name] = RuledKind(judge: EntryJudge(kind.rules), canEnd: kind.rules.ending != nil)
        }
        return table
    }
}
