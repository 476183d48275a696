/// A class of feeds that share keys and rules, declared under `kinds` in the configuration.
package struct Kind: Hashable, Sendable {
    /// The part of a feed's name before the colon.
    package var name: String
    /// The Redis list onto which writers RPUSH.
    package var list: KeyTemplate
    /// The Redis string that writers SET to say 'there is news'.
    package var flag: KeyTemplate
    /// Whether its feeds have read state and an unread count.
    package var isInbox: Bool
    /// The time after which an untouched list may vanish from Redis, in seconds; 0: never.
    package var timeToLiveSeconds: Int
    /// How often its flags are looked at, in milliseconds; `nil`: as often as everyone's.
    package var pollIntervalMilliseconds: Int?
    /// How many notifications of each feed are kept; `nil`: all, for as long as the retention says.
    package var keep: Int?

    package init(
        name: String, list: KeyTemplate, flag: KeyTemplate, isInbox: Bool = false, timeToLiveSeconds: Int = 0,
        pollIntervalMilliseconds: Int? = nil
    ) {
        self.name = name
        self.list = list
        self.flag = flag
        self.isInbox = isInbox
        self.timeToLiveSeconds = timeToLiveSeconds
        self.pollIntervalMilliseconds = pollIntervalMilliseconds
    }
}

/// Whether a flag's value says 'there is news': any string but the empty one, `0` and `false`.
package func isRaised(flagValue: UnsafeBufferPointer<UInt8>) -> Bool {
    !flagValue.isEmpty && !flagValue.elementsEqual("0".utf8) && !flagValue.elementsEqual("false".utf8)
}
