import Foundation

@testable import Bridge

/// Loads a configuration from the text of a file named `config.json` and, where there is one, of a file named `.env`.
///
/// In an error the files bear only their names.
func load(
    _ file: String, environmentFile: String? = nil, environment: [String: String] = [:]
) throws -> Configuration {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    func write(_ text: String, _ name: String) throws -> String {
        let url = directory.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }
    let path = try write(file, "config.json")
    let environmentPath = try environmentFile.map { try write($0, ".env") }
    do {
        return try Configuration.load(path: path, environmentFile: environmentPath, environment: environment)
    } catch {
        throw ConfigurationError(error.description.replacingOccurrences(of: directory.path + "/", with: ""))
    }
}

/// The line that loading fails with; nil where it succeeds.
func failure(
    _ file: String = "{}", environmentFile: String? = nil, environment: [String: String] = [:]
) throws -> String? {
    do {
        _ = try load(file, environmentFile: environmentFile, environment: environment)
        return nil
    } catch let error as ConfigurationError {
        return error.description
    }
}
