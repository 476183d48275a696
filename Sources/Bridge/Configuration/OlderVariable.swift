import JSON

/// A variable that configures as others of its kind do in other programs; weaker than one that begins with `FLAGPOLE_`.
struct OlderVariable: Sendable {
    let name: String
    /// The path of the setting.
    private let path: [String]
    /// The value as the file would have it.
    private let value: @Sendable (String) -> JSONValue

    static let all = [
        OlderVariable(name: "SSE_POLL_INTERVAL", path: ["poll", "interval_ms"], value: milliseconds),
        OlderVariable(name: "SSE_STREAM_DURATION", path: ["server", "max_stream_ms"], value: milliseconds),
        OlderVariable(name: "SSE_EVENTS", path: ["events"], value: BroadcastFlag.object),
    ]

    func apply(_ text: String, origin: String, to configuration: inout Configuration) throws(ConfigurationError) {
        guard let setting = Configuration.table.settings.first(where: { $0.path == path }) else {
            preconditionFailure("\(name) stands for no setting")
        }
        let location = path.reduce(SettingLocation(origin: origin)) { $0.member($1) }
        try setting.assign(value(text), location, &configuration)
    }

    /// Seconds, with or without a fraction; text that is no number stays as it is, for the error to show.
    private static let milliseconds: @Sendable (String) -> JSONValue = { seconds in
        let milliseconds = Double(seconds).flatMap { Int(exactly: ($0 * 1000).rounded()) }
        return milliseconds.map { .number(String($0)) } ?? .string(seconds)
    }
}
