/// Lets a line of each key through at most once per interval, and counts those that it holds back.
///
/// For one thread; the caller brings the time.
package struct LogLimiter: Sendable {
    private struct Record {
        var lastAdmitted: ContinuousClock.Instant
        var suppressed = 0
    }

    private let interval: Duration
    private let maxKeys: Int
    private var records: [String: Record] = [:]

    /// - Parameters:
    ///   - interval: how long a key stays silent after a line.
    ///   - maxKeys: how many keys are told apart within an interval; further ones share one.
    package init(interval: Duration, maxKeys: Int = 1024) {
        self.interval = interval
        self.maxKeys = maxKeys
    }

    /// Asks whether to log a line now.
    ///
    /// - Returns: nil to hold it back; else how many of the key were held back since the last that was let through.
    package mutating func admit(_ key: String, at now: ContinuousClock.Instant) -> Int? {
        let key = place(for: key, at: now)
        guard let record = records[key], now < record.lastAdmitted + interval else {
            return records.updateValue(Record(lastAdmitted: now), forKey: key)?.suppressed ?? 0
        }
        records[key]?.suppressed += 1
        return nil
    }

    /// The key itself while there is room, made if need be by forgetting those whose interval is over and their counts;
    /// else the one for all the rest.
    private mutating func place(for key: String, at now: ContinuousClock.Instant) -> String {
        guard records[key] == nil, records.count >= maxKeys else { return key }
        records = records.filter { now < $0.value.lastAdmitted + interval }
        return records.count < maxKeys ? key : ""
    }
}
