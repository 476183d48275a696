import SQLite

/// Why a database that can be read and written must not be used.
enum StoreError: Error, CustomStringConvertible {
    /// The file is no longer at its path: whatever is written into it would be lost with the process.
    case removed(path: String)
    /// At the path is another database than the one that streams were told of.
    case replaced(path: String)
    /// It was closed, since the bridge is ending.
    case closed

    var description: String {
        switch self {
        case .removed(let path):
            "\(path) was removed or replaced while in use; put it back, or restart flagpole to go on without it"
        case .replaced(let path):
            "\(path) is not the database that was opened at the start; put that back, or restart flagpole to use this one"
        case .closed: "the database is closed, since flagpole is ending"
        }
    }
}

/// Why the database cannot be used, for whoever runs the bridge: in one line, without SQL, and with what helps.
struct DatabaseFailure: CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        guard let error = error as? SQLiteError else {
            description = "\(error)"
            return
        }
        let advice =
            "stop flagpole, then restore a copy, or move the file away with its -wal and -shm: what still stands on the "
            + "lists is then taken in again"
        description =
            error.isDamage
            ? "the database is damaged (\(error.message)); \(advice)"
            : "SQLite: \(error.message) (\(error.code.rawValue))"
    }
}
