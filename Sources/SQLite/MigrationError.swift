/// Why a database was not brought to the program's schema; the migrations before the one at fault stay applied.
package enum MigrationError: Error, Sendable {
    /// A newer program has been here: `database` and `program` are the highest numbers that each has.
    case newerDatabase(database: Int, program: Int)
    /// Database and program disagree about a migration's name; nil where one of them has no such number.
    case mismatch(number: Int, database: String?, program: String?)
    /// A migration failed and left nothing behind.
    case failed(Migration, SQLiteError)
    /// The database could not be read or locked.
    case database(SQLiteError)
}

extension MigrationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newerDatabase(let database, let program):
            """
            the database is at version \(database), and this program knows versions up to \(program): \
            install the newer program, or restore a copy of the database from before it was upgraded
            """
        case .mismatch(let number, let database, let program):
            """
            migration \(number) is \(Self.named(database)) in the database and \(Self.named(program)) in this program: \
            install the program that made the database, or restore a copy of the database that is this program's
            """
        case .failed(let migration, let error):
            "migration \(migration.number), '\(migration.name)', failed and changed nothing: \(error)"
        case .database(let error):
            "the migrations could not be looked up: \(error)"
        }
    }

    private static func named(_ name: String?) -> String { name.map { "'\($0)'" } ?? "unknown" }
}
