import Feeds

extension SettingDomain<Kind.Batch> {
    static let batch = SettingDomain(fromText: { .string($0) }) { value, location throws(ConfigurationError) in
        guard let object = value.asObject else {
            throw location.refusing(value, "allowed is an object such as {\"max_count\": 10, \"max_delay_ms\": 5000}")
        }
        var batch = Kind.Batch()
        try Kind.Batch.table.read(object, at: location, into: &batch)
        return batch
    } write: {
        .object(Kind.Batch.table.encode($0))
    }
}

extension Kind.Batch {
    fileprivate static let table = SettingsTable<Kind.Batch>([
        Setting("max_count", \.maxCount, .integer(1...1000)),
        Setting("max_delay_ms", \.maxDelayMilliseconds, .integer(10...600_000)),
        Setting("event", \.event, .optional(.eventName)),
    ])
}

extension SettingDomain<String> {
    fileprivate static let eventName = SettingDomain(
        "a name of 1 to 64 characters without control characters, and none of the bridge's own events"
    ) {
        $0.asString.flatMap { EntryReader.isEventName($0) ? $0 : nil }
    } write: {
        .string($0)
    }
}
