import JSON

/// The variables that configure something, each with the words for where it stands.
struct EnvironmentVariables {
    private static let prefix = "FLAGPOLE_"
    /// What stands in the environment only: it is not printed with the settings.
    private static let secrets: [String: WritableKeyPath<Configuration, String> & Sendable] = [
        "FLAGPOLE_ADMIN_KEY": \.auth.adminKeys, "FLAGPOLE_JWT_SECRET": \.auth.secret,
    ]

    private var variables: [String: (text: String, place: String)] = [:]

    /// Adds a process's environment, whose variables take the place of those that are there.
    mutating func add(_ environment: [String: String]) {
        for (name, text) in environment { add(name, text, "in the environment") }
    }

    /// Adds a file's variables, whose last of the same name counts.
    mutating func add(file bytes: [UInt8], named path: String) throws(ConfigurationError) {
        for line in try EnvironmentFile.parse(bytes, named: path) {
            add(line.name, line.text, "in \(path):\(line.number)")
        }
    }

    private mutating func add(_ name: String, _ text: String, _ place: String) {
        guard name.hasPrefix(Self.prefix) || OlderVariable.all.contains(where: { $0.name == name }) else { return }
        variables[name] = (text, place)
    }

    /// Sets what the variables say, in an order that does not depend on the dictionary's.
    func apply(to configuration: inout Configuration) throws(ConfigurationError) {
        for older in OlderVariable.all {
            guard let (text, place) = variables[older.name] else { continue }
            try older.apply(text, origin: "as \(older.name) \(place)", to: &configuration)
        }
        let settings = Configuration.table.settings.filter { $0.fromText != nil }
        for (name, (text, place)) in variables.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Self.prefix) {
            if let secret = Self.secrets[name] {
                configuration[keyPath: secret] = text
                continue
            }
            guard let setting = settings.first(where: { $0.environmentName == name }) else {
                throw Self.unknown(name, place, known: settings.map(\.environmentName) + Self.secrets.keys)
            }
            try setting.assign(text, origin: "as \(name) \(place)", to: &configuration)
        }
    }

    private static func unknown(_ name: String, _ place: String, known: [String]) -> ConfigurationError {
        // The prefix that all share would make them seem more alike than they are.
        let (rest, others) = (String(name.dropFirst(prefix.count)), known.map { String($0.dropFirst(prefix.count)) })
        let nearest = Spelling.nearest(to: rest, among: others) ?? others.first { $0.hasSuffix("_\(rest)") }
        let suggestion = nearest.map { "did you mean \(prefix)\($0)?" } ?? "`flagpole config` shows what can be set"
        return ConfigurationError("unknown name \(name) \(place): \(suggestion)")
    }
}

extension Setting {
    func assign(_ text: String, origin: String, to root: inout Root) throws(ConfigurationError) {
        guard let value = fromText?(text) else { return }
        let place = path.reduce(SettingLocation(origin: origin)) { $0.member($1) }
        try assign(value, place, &root)
    }
}
