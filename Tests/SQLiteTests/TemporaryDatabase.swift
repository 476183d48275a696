import Foundation
import SQLite

/// A path for a database in a directory of one test's own, removed with the value.
final class TemporaryDatabase {
    let path: String
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "sqlite-tests-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appending(path: "test.sqlite3").path
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func open(
        _ access: SQLiteConnection.Access = .readWriteCreate,
        busyTimeoutMilliseconds: Int32 = 0
    ) throws(SQLiteError) -> SQLiteConnection {
        try SQLiteConnection(path: path, access: access, busyTimeoutMilliseconds: busyTimeoutMilliseconds)
    }
}
