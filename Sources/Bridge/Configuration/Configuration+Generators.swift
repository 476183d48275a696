import Feeds
import JSON

extension Generator {
    static let table = SettingsTable<Generator>([
        Setting("command", \.command, .command),
        Setting("every_ms", \.everyMilliseconds, .integer(100...86_400_000)),
        Setting("timeout_ms", \.explicitTimeout, .optional(.integer(100...3_600_000))),
    ])
}

extension Setting<Configuration> {
    /// The generators, by the names of their feeds; they stand in the file only.
    static let generators = Setting("generators", fromText: nil) {
        value, location, configuration throws(ConfigurationError) in
        guard let declared = value.asObject else { throw location.refusing(value, "allowed is an object") }
        configuration.generators = []
        for (name, value) in declared {
            let location = location.member(name)
            guard let feed = FeedName(name) else {
                throw location.refusing("a generator is named by its feed, such as metrics:server")
            }
            guard let object = value.asObject else { throw location.refusing(value, "allowed is an object") }
            var generator = Generator(feed: feed)
            try Generator.table.read(object, at: location, into: &generator)
            guard !generator.command.isEmpty else {
                throw location.missing("command", "the program and its arguments, such as [\"./stats.sh\"]")
            }
            configuration.generators.append(generator)
        }
    } value: { configuration in
        var object = JSONObject()
        for generator in configuration.generators {
            object[generator.feed.text] = .object(Generator.table.encode(generator))
        }
        return .object(object)
    }
}

extension Configuration {
    /// Throws where a generator's feed is of no kind.
    func checkGenerators() throws(ConfigurationError) {
        for generator in generators where kind(of: generator.feed) == nil {
            let place = SettingLocation(origin: "").member("generators").member(generator.feed.text).path
            let known = kinds.map(\.name).joined(separator: ", ")
            throw ConfigurationError(
                "\(place): no kind \(generator.feed.kind) is declared; add it to kinds. Declared: \(known)")
        }
    }
}

extension SettingDomain<[String]> {
    static let command = SettingDomain("a list of a program and its arguments, such as [\"./stats.sh\"]") { value in
        let words = value.asArray?.compactMap { $0.asString.flatMap { $0.utf8.contains(0) ? nil : $0 } }
        return words?.count == value.asArray?.count && words?.first?.isEmpty == false ? words : nil
    } write: { words in
        .array(words.map { .string($0) })
    }
}
