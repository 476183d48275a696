import JSON

/// All settings of one object of the file: what is read into a `Root`, and printed, and known.
struct SettingsTable<Root>: Sendable {
    let settings: [Setting<Root>]

    init(_ settings: [Setting<Root>]) {
        self.settings = settings
    }

    /// Reads an object's members into `root`; those that it lacks stay as they are.
    func read(_ object: JSONObject, at location: SettingLocation, into root: inout Root) throws(ConfigurationError) {
        try read(object, section: [], at: location, into: &root)
    }

    private func read(
        _ object: JSONObject, section: [String], at location: SettingLocation, into root: inout Root
    ) throws(ConfigurationError) {
        for (name, value) in object {
            let path = section + [name]
            let location = location.member(name)
            if let setting = settings.first(where: { $0.path == path }) {
                try setting.assign(value, location, &root)
            } else if settings.contains(where: { $0.path.starts(with: path) }) {
                guard let object = value.asObject else { throw location.refusing(value, "allowed is an object") }
                try read(object, section: path, at: location, into: &root)
            } else {
                throw location.unknown(suggestion(for: path))
            }
        }
    }

    /// The settings as the object that `read` would take.
    func encode(_ root: Root) -> JSONObject {
        var object = JSONObject()
        for setting in settings {
            if let value = setting.value(root) { object.set(value, at: setting.path[...]) }
        }
        return object
    }

    /// What may have been meant by a path that leads nowhere: a similar key of the same section, else that key in
    /// another section, else any similar path.
    private func suggestion(for path: [String]) -> String {
        let section = Array(path.dropLast())
        let (name, siblings) = (path[section.count], keys(of: section))
        if let sibling = Spelling.nearest(to: name, among: siblings) { return Self.question(section + [sibling]) }
        if let namesake = settings.first(where: { $0.path.last == name }) { return Self.question(namesake.path) }
        let paths = settings.map { Self.dotted($0.path) }
        if let similar = Spelling.nearest(to: Self.dotted(path), among: paths) { return "did you mean \(similar)?" }
        return "known are \(siblings.joined(separator: ", "))"
    }

    /// The keys of a section, in the order of the table.
    private func keys(of section: [String]) -> [String] {
        var keys: [String] = []
        for setting in settings where setting.path.starts(with: section) {
            let key = setting.path[section.count]
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }

    private static func question(_ path: [String]) -> String { "did you mean \(dotted(path))?" }

    private static func dotted(_ path: [String]) -> String { path.joined(separator: ".") }
}

extension JSONObject {
    fileprivate mutating func set(_ value: JSONValue, at path: ArraySlice<String>) {
        guard let name = path.first else { return }
        if path.count == 1 {
            self[name] = value
        } else {
            var section = self[name]?.asObject ?? [:]
            section.set(value, at: path.dropFirst())
            self[name] = .object(section)
        }
    }
}
