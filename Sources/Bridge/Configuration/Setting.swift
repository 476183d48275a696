import JSON

/// A row of the table of settings: a key of the file, the property of `Root` that it sets, and the allowed values.
struct Setting<Root>: Sendable {
    typealias Assignment = @Sendable (JSONValue, SettingLocation, inout Root) throws(ConfigurationError) -> Void

    /// The keys that lead to the value.
    let path: [String]
    /// Turns an environment variable's text into the value that a file would have; nil where the environment cannot
    /// say it.
    let fromText: (@Sendable (String) -> JSONValue)?
    let assign: Assignment
    /// The value as the file would have it; nil where it is left out.
    let value: @Sendable (Root) -> JSONValue?

    init(
        _ path: String, fromText: (@Sendable (String) -> JSONValue)?, assign: @escaping Assignment,
        value: @escaping @Sendable (Root) -> JSONValue?
    ) {
        self.path = path.split(separator: ".").map(String.init)
        self.fromText = fromText
        self.assign = assign
        self.value = value
    }

    init<Value>(_ path: String, _ property: WritableKeyPath<Root, Value> & Sendable, _ domain: SettingDomain<Value>) {
        self.init(path, fromText: domain.fromText) { value, location, root throws(ConfigurationError) in
            root[keyPath: property] = try domain.read(value, location)
        } value: { root in
            domain.write(root[keyPath: property])
        }
    }

    /// The variable of the environment that sets it.
    var environmentName: String { "FLAGPOLE_\(path.joined(separator: "_").uppercased())" }
}

extension JSONValue {
    /// A whole number; text that is none stays text, for an error to show.
    static func number(written text: String) -> JSONValue {
        Int(text).map { .number(String($0)) } ?? .string(text)
    }

    /// The elements of a comma-separated list, as strings without outer space.
    static func array(listed text: String) -> JSONValue {
        .array(text.split(separator: ",").map { .string(String($0.trimmingSpace)) })
    }
}
