/// A class of feeds that share keys and rules, declared under `kinds` in the configuration.
package struct Kind: Hashable, Sendable {
    /// Where the notifications of a kind's feeds come from.
    package enum Source: String, CaseIterable, Sendable {
        /// A Redis list, and a flag that says when to read it.
        case flagAndList = "flag+list"
        /// A Redis list that is looked at itself.
        case list
        /// Rows that the application inserts into the table `notifications`, and a flag in Redis.
        case flagAndDatabase = "flag+database"
        /// A Redis string that holds a JSON array; it is deleted once its elements are stored.
        case value

        /// Whether a feed has a Redis list, or in its place a string.
        package var needsList: Bool { self != .flagAndDatabase }
        package var needsFlag: Bool { self == .flagAndList || self == .flagAndDatabase }
    }

    /// When a notification counts as read.
    package enum ReadMarking: String, CaseIterable, Sendable {
        /// When somebody says so.
        case onRequest = "on_request"
        /// When it has reached a stream's peer.
        case onDelivery = "on_delivery"
    }

    /// The part of a feed's name before the colon.
    package var name: String
    package var source = Source.flagAndList
    /// The Redis list onto which writers RPUSH, or the string that they SET; `nil` where the source has none.
    package var list: KeyTemplate?
    /// The Redis string that writers SET to say 'there is news'; `nil` where the source has none.
    package var flag: KeyTemplate?
    /// Whether its feeds have read state and an unread count.
    package var isInbox: Bool
    package var readMarking = ReadMarking.onRequest
    /// The time after which an untouched list may vanish from Redis, in seconds; 0: never.
    package var timeToLiveSeconds: Int
    /// How often its flags are looked at, in milliseconds; `nil`: as often as everyone's.
    package var pollIntervalMilliseconds: Int?
    /// How many notifications of each feed are kept; `nil`: all, for as long as the retention says.
    package var keep: Int?
    /// Whether its feeds' streams are told who comes and goes.
    package var tellsPresence = false
    /// What of its entries is sent, and which is a feed's last.
    package var rules = EntryRules()
    /// How many of a feed's notifications a stream gets within a second; `nil`: all.
    package var maxPerSecond: Int?
    /// What becomes of the others; `nil`: `latest`.
    package var overLimit: OverLimit?
    /// Whether several notifications make one event.
    package var batch: Batch?
    /// Whether entries are sent to those who are connected, and stored nowhere.
    package var isEphemeral = false

    package init(
        name: String, list: KeyTemplate?, flag: KeyTemplate?, isInbox: Bool = false, timeToLiveSeconds: Int = 0,
        pollIntervalMilliseconds: Int? = nil
    ) {
        self.name = name
        self.list = list
        self.flag = flag
        self.isInbox = isInbox
        self.timeToLiveSeconds = timeToLiveSeconds
        self.pollIntervalMilliseconds = pollIntervalMilliseconds
    }

    /// The expiry that publishing sets on a list: what nobody stores is of no use for long.
    package var listTimeToLiveSeconds: Int { isEphemeral && timeToLiveSeconds == 0 ? 60 : timeToLiveSeconds }

    /// The key that is looked at to see whether there is news: the flag, or the string itself.
    package var signal: KeyTemplate? { source == .value ? list : source.needsFlag ? flag : nil }
}

/// Whether a flag's value says 'there is news': any string but the empty one, `0` and `false`.
package func isRaised(flagValue: UnsafeBufferPointer<UInt8>) -> Bool {
    !flagValue.isEmpty && !flagValue.elementsEqual("0".utf8) && !flagValue.elementsEqual("false".utf8)
}
