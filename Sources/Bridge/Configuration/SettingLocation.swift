import JSON

/// Where a value stands, for the words of an error about it.
struct SettingLocation: Sendable {
    /// The keys that lead to the value, joined by dots.
    private(set) var path = ""
    /// `in config.json`, or `as FLAGPOLE_SERVER_PORT in the environment`.
    let origin: String

    /// The place of a member; a name that is not plain is quoted, so that an error stays one line.
    func member(_ name: String) -> SettingLocation {
        let isPlain = !name.isEmpty && name.utf8.allSatisfy(Self.isPlain)
        var location = self
        location.path += (path.isEmpty ? "" : ".") + (isPlain ? name : JSONValue.string(name).line)
        return location
    }

    func refusing(_ value: JSONValue, _ reason: String) -> ConfigurationError {
        ConfigurationError("\(path) \(origin) is \(value.line): \(reason)")
    }

    /// An error that does not repeat the value, since that may hold a secret or is not the point.
    func refusing(_ reason: String) -> ConfigurationError {
        ConfigurationError("\(path) \(origin): \(reason)")
    }

    func missing(_ name: String, _ reason: String) -> ConfigurationError {
        ConfigurationError("\(member(name).path) is missing \(origin): \(reason)")
    }

    func unknown(_ suggestion: String) -> ConfigurationError {
        ConfigurationError("unknown key \(path) \(origin): \(suggestion)")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

extension JSONValue {
    /// The value as JSON on one line, cut where it is long.
    var line: String {
        let text = String(decoding: encoded(), as: UTF8.self)
        return text.count <= 80 ? text : "\(text.prefix(77))..."
    }
}
