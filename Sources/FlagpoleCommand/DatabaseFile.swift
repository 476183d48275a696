import Bridge
import Glibc
import SQLite

/// The bridge's database, opened by a command beside a bridge that may run.
struct DatabaseFile {
    let connection: SQLiteConnection
    private let path: String

    /// Opens a database that is there and has this version's schema.
    init(of configuration: Configuration) throws(CommandError) {
        let path = configuration.databasePath
        guard access(path, F_OK) == 0 else {
            throw .failure("there is no database at \(path): `flagpole serve` makes it")
        }
        self.path = path
        connection = try Self.describing(path) {
            let connection = try SQLiteConnection(path: path, access: .readWrite, busyTimeoutMilliseconds: 5000)
            guard try Migrator.status(connection, Schema.migrations).allSatisfy({ $0.appliedAt != nil }) else {
                throw CommandError.failure("it lacks migrations: `flagpole migrate` applies them")
            }
            // What a power cut undoes here is only done once more.
            try connection.execute("PRAGMA synchronous = NORMAL")
            return connection
        }
    }

    /// Calls `body` with the connection; an error says which file it is about.
    func use<T>(_ body: (SQLiteConnection) throws -> T) throws(CommandError) -> T {
        try Self.describing(path) { try body(connection) }
    }

    private static func describing<T>(_ path: String, _ body: () throws -> T) throws(CommandError) -> T {
        do {
            return try body()
        } catch {
            throw .failure("\(path): \(error)")
        }
    }
}
