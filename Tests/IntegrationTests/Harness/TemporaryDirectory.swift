import Foundation

/// A directory that is removed with the value.
///
/// Its path is short: the path of a Unix socket has at most 107 bytes.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "fp-\(UUID().uuidString.prefix(13))").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // A redis-server whose bridge was killed may still write its last file.
        try? eventually("the end of \(path)", within: .seconds(2)) {
            try? FileManager.default.removeItem(atPath: path)
            return !FileManager.default.fileExists(atPath: path)
        }
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// What a file holds; empty where there is none.
    func text(_ name: String) -> String {
        FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
    }
}
