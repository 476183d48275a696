import Feeds
import JSON

/// A broadcast event, and the Redis key that raises it.
package struct BroadcastFlag: Sendable, Equatable {
    /// The SSE event's name.
    package let event: String
    /// The key, to which the prefix is still to be added.
    package var key: String

    /// How many there may be.
    static let maximumCount = 1000
    private static let maximumKeyBytes = 512

    /// What `SSE_EVENTS` says, `name:key,name:key`, as the file would; text that is not so stays text.
    static let object: @Sendable (String) -> JSONValue = { text in
        var object = JSONObject()
        for pair in text.split(separator: ",") {
            guard let colon = pair.firstIndex(of: ":") else { return .string(text) }
            let key = pair[pair.index(after: colon)...]
            object[String(pair[..<colon].trimmingSpace)] = .string(String(key.trimmingSpace))
        }
        return .object(object)
    }
}

extension BroadcastFlag {
    fileprivate init(
        _ event: String, _ value: JSONValue, at location: SettingLocation
    ) throws(ConfigurationError) {
        guard EntryReader.isEventName(event) else {
            throw location.refusing(
                "an event has a name of 1 to 64 characters without control characters, and none of the bridge's own: "
                    + EntryReader.reservedEvents.sorted().joined(separator: ", "))
        }
        guard let key = value.asString, (1...Self.maximumKeyBytes).contains(key.utf8.count),
            !key.hasPrefix("flagpole:"),
            key.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            throw location.refusing(
                value,
                "allowed is a Redis key of at most \(Self.maximumKeyBytes) bytes without control characters, which does "
                    + "not begin with \"flagpole:\"")
        }
        self.init(event: event, key: key)
    }
}

extension Setting<Configuration> {
    /// The broadcast events: what is declared is added to those that are there already, or changes them.
    static func events(_ path: String) -> Setting {
        Setting(path, fromText: nil) { value, location, configuration throws(ConfigurationError) in
            guard let declared = value.asObject else {
                throw location.refusing(
                    value, "allowed is an object of names and keys, or in SSE_EVENTS name:key,name:key")
            }
            for (name, key) in declared {
                let flag = try BroadcastFlag(name, key, at: location.member(name))
                configuration.events.removeAll { $0.event == name }
                configuration.events.append(flag)
            }
            guard configuration.events.count <= BroadcastFlag.maximumCount else {
                throw location.refusing("at most \(BroadcastFlag.maximumCount) events can be declared")
            }
        } value: { configuration in
            var object = JSONObject()
            for flag in configuration.events { object[flag.event] = .string(flag.key) }
            return .object(object)
        }
    }
}

extension Configuration {
    /// A key raises one event, and nothing else.
    func checkEvents() throws(ConfigurationError) {
        for (index, flag) in events.enumerated() {
            let path = "events.\(flag.event) is \(flag.key)"
            if let other = events[..<index].first(where: { $0.key == flag.key }) {
                throw ConfigurationError("\(path), as events.\(other.event) is: each event needs a key of its own")
            }
            for kind in kinds {
                guard [kind.list, kind.flag].contains(where: { $0?.id(in: flag.key) != nil }) else { continue }
                throw ConfigurationError("\(path): a feed of the kind \(kind.name) has this key, so take another one")
            }
        }
    }
}
