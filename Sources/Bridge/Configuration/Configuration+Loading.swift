import Glibc
import JSON

extension Configuration {
    /// The file that is read where none is named, if it is there.
    package static let defaultPath = "config.json"

    /// Reads the configuration; of the same setting the file counts least and the environment most.
    ///
    /// - Parameters:
    ///   - path: The file; nil is `config.json` in the current directory, which may be missing.
    ///   - environmentFile: A file of `NAME=VALUE` lines.
    ///   - environment: The process's environment; only names that begin with `FLAGPOLE_` or `SSE_` are looked at.
    /// - Returns: A configuration of which every setting is allowed, and all of them together.
    /// - Throws: The first thing that is wrong.
    package static func load(
        path: String?, environmentFile: String?, environment: [String: String]
    ) throws(ConfigurationError) -> Configuration {
        var configuration = Configuration()
        if let bytes = try read(path) {
            try configuration.apply(file: bytes, named: path ?? defaultPath)
        }
        var variables = EnvironmentVariables()
        if let environmentFile {
            try variables.add(file: ConfigurationFile.read(environmentFile), named: environmentFile)
        }
        variables.add(environment)
        try variables.apply(to: &configuration)
        try configuration.checkConsistency()
        return configuration
    }

    /// The configuration as a file would say it, every setting included, the password of Redis blanked.
    package func encoded() -> [UInt8] {
        JSONValue.object(Configuration.table.encode(self)).encoded(pretty: true) + "\n".utf8
    }

    private static func read(_ path: String?) throws(ConfigurationError) -> [UInt8]? {
        if path == nil, access(defaultPath, F_OK) != 0 { return nil }
        return try ConfigurationFile.read(path ?? defaultPath)
    }

    private mutating func apply(file bytes: [UInt8], named name: String) throws(ConfigurationError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes)
        } catch {
            let (line, column) = error.position(in: bytes)
            throw ConfigurationError("\(name):\(line):\(column): \(error.reason.rawValue)")
        }
        guard let object = value.withoutRemarks.asObject else {
            throw ConfigurationError("\(name) must be a JSON object")
        }
        try Configuration.table.read(object, at: SettingLocation(origin: "in \(name)"), into: &self)
    }
}

extension JSONValue {
    /// The value without members named `//`, which hold remarks.
    fileprivate var withoutRemarks: JSONValue {
        switch self {
        case .object(let object):
            var kept = JSONObject()
            for (name, value) in object where name != "//" { kept[name] = value.withoutRemarks }
            return .object(kept)
        case .array(let elements): return .array(elements.map(\.withoutRemarks))
        default: return self
        }
    }
}
