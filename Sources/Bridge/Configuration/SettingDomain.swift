import JSON

/// The values that a setting may have, and how they look in JSON.
struct SettingDomain<Value>: Sendable {
    let read: @Sendable (JSONValue, SettingLocation) throws(ConfigurationError) -> Value
    let write: @Sendable (Value) -> JSONValue?
    /// See ``Setting/fromText``.
    let fromText: @Sendable (String) -> JSONValue

    /// - Parameters:
    ///   - allowed: What is allowed, as the end of the sentence 'allowed is ...'.
    ///   - fromText: Turns an environment variable's text into JSON.
    ///   - read: Returns nil where the value is not allowed.
    ///   - write: Returns nil where the setting is left out.
    init(
        _ allowed: String, fromText: @escaping @Sendable (String) -> JSONValue = { .string($0) },
        read: @escaping @Sendable (JSONValue) -> Value?, write: @escaping @Sendable (Value) -> JSONValue?
    ) {
        self.init(fromText: fromText) { json, location throws(ConfigurationError) in
            guard let value = read(json) else { throw location.refusing(json, "allowed is \(allowed)") }
            return value
        } write: {
            write($0)
        }
    }

    init(
        fromText: @escaping @Sendable (String) -> JSONValue,
        read: @escaping @Sendable (JSONValue, SettingLocation) throws(ConfigurationError) -> Value,
        write: @escaping @Sendable (Value) -> JSONValue?
    ) {
        self.read = read
        self.write = write
        self.fromText = fromText
    }
}
