import CSQLite

/// An open database, confined to one thread.
///
/// Its statements keep it open, so it is closed with the last of them or by ``close()``, which finalises them first;
/// what is called afterwards throws `.misuse`.
package final class SQLiteConnection {
    /// What may be done with the file.
    package enum Access: Sendable {
        case readWriteCreate, readWrite, readOnly

        fileprivate var flags: Int32 {
            switch self {
            case .readWriteCreate: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        }
    }

    /// Done before the first connection, as it has to be.
    private static let isConfigured: Void = csqlite_leave_out_statistics()

    package let path: String
    private(set) var handle: OpaquePointer?
    /// The living statements, not retained: each takes itself out as it goes.
    private var statements: [ObjectIdentifier: Unmanaged<SQLiteStatement>] = [:]
    private var patience: SQLitePatience?

    /// Opens the file without SQLite's own locking of the connection, which one thread does not need.
    ///
    /// - Parameters:
    ///   - path: A file, or `:memory:`.
    ///   - access: Whether to write, and to create the file.
    ///   - busyTimeoutMilliseconds: How long a call waits for another connection's lock before it throws `.busy`.
    /// - Throws: `.cannotOpen`; what the file holds is only looked at when it is first used.
    package init(path: String, access: Access, busyTimeoutMilliseconds: Int32 = 0) throws(SQLiteError) {
        self.path = path
        _ = Self.isConfigured
        let flags = access.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var handle: OpaquePointer?
        let result = sqlite3_open_v2(path, &handle, flags, nil)
        guard result == SQLITE_OK else {
            // Even a failed open leaves a handle, which holds the message and has to be closed.
            defer { sqlite3_close(handle) }
            throw SQLiteError(result, on: handle)
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
    }

    deinit { sqlite3_close(handle) }

    /// Finalises every statement and closes the file; does nothing when that is done already.
    package func close() throws(SQLiteError) {
        for statement in statements.values { statement.takeUnretainedValue().finalize() }
        statements = [:]
        let result = sqlite3_close(handle)
        guard result == SQLITE_OK else { throw SQLiteError(result, on: handle) }
        handle = nil
    }

    /// Has calls wait for another connection's lock for as long as `patience` says, and then throw `.busy`.
    package func wait(with patience: SQLitePatience) {
        // SQLite keeps but a pointer.
        self.patience = patience
        sqlite3_busy_handler(
            handle,
            { context, count in
                guard let context else { return 0 }
                return Unmanaged<SQLitePatience>.fromOpaque(context).takeUnretainedValue().wait(Int(count)) ? 1 : 0
            }, Unmanaged.passUnretained(patience).toOpaque())
    }

    /// Runs one or several statements, and throws away the rows of those that have some.
    package func execute(_ sql: String) throws(SQLiteError) {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw SQLiteError(result, on: handle, sql: sql) }
    }

    /// Compiles exactly one statement, to be kept and run many times.
    package func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        let statement = try SQLiteStatement(sql, on: self)
        statements[ObjectIdentifier(statement)] = .passUnretained(statement)
        return statement
    }

    func forget(_ statement: SQLiteStatement) { statements[ObjectIdentifier(statement)] = nil }

    /// How many rows the last INSERT, UPDATE or DELETE changed, triggers not counted.
    package var changes: Int { handle.map { Int(sqlite3_changes64($0)) } ?? 0 }

    /// The row id of the last successful INSERT on this connection, 0 before the first.
    package var lastInsertRowID: Int64 { handle.map { sqlite3_last_insert_rowid($0) } ?? 0 }

    /// Whether the file was removed from its path, or replaced there by another, since it was opened.
    package var hasMoved: Bool {
        var moved: Int32 = 0
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return moved != 0
    }

    package var isInTransaction: Bool { handle.map { sqlite3_get_autocommit($0) == 0 } ?? false }
}
