import Foundation
import Testing

@testable import Bridge

struct ConfigurationFilesTests {
    @Test func `directories and database are created, the database with its mode`() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: root) }
        var configuration = Configuration()
        configuration.dataDirectory = root + "/a/b"
        configuration.database.mode = 0o666
        for _ in 1...2 { try configuration.createFiles() }
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(root + "/a/b") == 0o700)
        #expect(try mode(root + "/a/b/flagpole.sqlite3") == 0o666)
    }

    @Test func `a place where nothing can be created is named`() {
        var configuration = Configuration()
        configuration.dataDirectory = "/proc/flagpole"
        #expect(throws: ConfigurationError("data_dir: /proc/flagpole cannot be created: No such file or directory")) {
            try configuration.createFiles()
        }
    }
}
