import Feeds
import JSON

extension Configuration {
    /// The kind that is there without being declared.
    static let userKind = Kind(
        name: "user", list: wellKnown("notifications:user:{id}"), flag: wellKnown("user:{id}:has_new_notification"),
        isInbox: true, timeToLiveSeconds: 604_800)

    private static func wellKnown(_ template: String) -> KeyTemplate {
        guard let template = KeyTemplate(template) else { preconditionFailure("\(template) is no template") }
        return template
    }
}

extension Kind {
    static let table = SettingsTable<Kind>([
        Setting("source", \.source, .choice().omitting(.flagAndList)),
        Setting("list", \.list, .optional(.keyTemplate)),
        Setting("flag", \.flag, .optional(.keyTemplate)),
        Setting("inbox", \.isInbox, .truth),
        Setting("mark_read", \.readMarking, .choice().omitting(.onRequest)),
        Setting("ttl_seconds", \.timeToLiveSeconds, .integer(0...315_360_000)),
        Setting("poll_interval_ms", \.pollIntervalMilliseconds, .optional(.integer(20...3_600_000))),
        Setting("keep", \.keep, .optional(.integer(1...1_000_000))),
        Setting("presence", \.tellsPresence, .truth.omitting(false)),
        Setting("coalesce", \.rules.coalesces, .truth.omitting(false)),
        Setting("end_when", \.rules.ending, .optional(.ending)),
        Setting("where", \.rules.conditions, .conditions),
        Setting("max_per_second", \.maxPerSecond, .optional(.integer(1...1000))),
        Setting("over_limit", \.overLimit, .optional(.choice())),
        Setting("batch", \.batch, .optional(.batch)),
        Setting("ephemeral", \.isEphemeral, .truth.omitting(false)),
    ])

    /// Throws where a key is missing that the source needs, or a rule does not go with another.
    fileprivate func check(at location: SettingLocation) throws(ConfigurationError) {
        let needed = "a kind with the source \"\(source.rawValue)\" needs it"
        if source.needsList, list == nil { throw location.missing("list", needed) }
        if source.needsFlag, flag == nil { throw location.missing("flag", needed) }
        guard readMarking == .onRequest || isInbox else {
            throw location.member("mark_read").refusing("only a kind with \"inbox\": true has read state")
        }
        guard overLimit == nil || maxPerSecond != nil else {
            throw location.member("over_limit").refusing("it is for a kind with max_per_second")
        }
        if isEphemeral { try checkEphemeral(at: location) }
    }

    /// Throws where a rule is about what is stored.
    private func checkEphemeral(at location: SettingLocation) throws(ConfigurationError) {
        guard source == .flagAndList || source == .list else {
            throw location.member("source").refusing(
                .string(source.rawValue), "a kind with \"ephemeral\": true is fed by \"flag+list\" or \"list\"")
        }
        let reason = "it is about what is stored, and nothing is of a kind with \"ephemeral\": true"
        if isInbox { throw location.member("inbox").refusing(.bool(true), reason) }
        if rules.coalesces { throw location.member("coalesce").refusing(.bool(true), reason) }
        if rules.ending != nil { throw location.member("end_when").refusing(reason) }
        if let keep { throw location.member("keep").refusing(.number(String(keep)), reason) }
    }
}

extension Setting<Configuration> {
    /// The kinds: what is declared is added to those that are there already, or changes them.
    ///
    /// They have no names in the environment, which could not tell the hyphen of a kind's name from the underscore.
    init(_ path: String, _ kinds: WritableKeyPath<Configuration, [Kind]> & Sendable) {
        self.init(path, fromText: nil) { value, location, configuration throws(ConfigurationError) in
            guard let declared = value.asObject else { throw location.refusing(value, "allowed is an object") }
            for (name, value) in declared {
                try configuration[keyPath: kinds].declare(name, value, at: location.member(name))
            }
        } value: { configuration in
            var object = JSONObject()
            for kind in configuration[keyPath: kinds] { object[kind.name] = .object(Kind.table.encode(kind)) }
            return .object(object)
        }
    }
}

extension [Kind] {
    fileprivate mutating func declare(
        _ name: String, _ value: JSONValue, at location: SettingLocation
    ) throws(ConfigurationError) {
        guard FeedName.isKind(name.utf8) else {
            throw location.refusing("a kind is named by a-z, 0-9, _ and -, a letter first, at most 32 of them")
        }
        guard let object = value.asObject else { throw location.refusing(value, "allowed is an object") }
        let index = firstIndex { $0.name == name }
        var kind = index.map { self[$0] } ?? Kind(name: name, list: nil, flag: nil)
        try Kind.table.read(object, at: location, into: &kind)
        try kind.check(at: location)
        if let index { self[index] = kind } else { append(kind) }
    }
}
