import CSQLite

/// A compiled statement: bind, step, read columns, and again.
///
/// Confined to the thread of its connection, which it keeps open. A statement that has returned a row holds a read
/// transaction until it is stepped to its end or reset by ``reset()``. Bindings stay until they are bound anew.
package final class SQLiteStatement {
    private let connection: SQLiteConnection
    private let sql: String
    /// Nil once the connection was closed; to that SQLite answers `.misuse`, and NULL for columns.
    private(set) var handle: OpaquePointer?
    /// The first binding that failed since the last step, which reports it.
    private var bindingResult = SQLITE_OK

    init(_ sql: String, on connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        self.sql = sql
        var handle: OpaquePointer?
        let (result, isAlone) = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let result = sqlite3_prepare_v3(
                connection.handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, &tail)
            return (result, tail.map { String(cString: $0).allSatisfy(\.isWhitespace) } ?? true)
        }
        self.handle = handle
        guard result == SQLITE_OK else { throw SQLiteError(result, on: connection.handle, sql: sql) }
        guard handle != nil, isAlone else {
            throw SQLiteError(code: .misuse, message: "exactly one statement can be prepared", sql: sql)
        }
    }

    deinit {
        finalize()
        connection.forget(self)
    }

    /// Moves on to the next row.
    ///
    /// - Returns: True for a row; false at the end, and the statement is then reset.
    /// - Throws: The failure of a binding since the last step, else that of the step; the statement is then reset.
    package func step() throws(SQLiteError) -> Bool {
        guard bindingResult == SQLITE_OK else { throw bindingError() }
        let result = sqlite3_step(handle)
        if result == SQLITE_ROW { return true }
        guard result == SQLITE_DONE else { throw stepError(result) }
        sqlite3_reset(handle)
        return false
    }

    /// Steps to the end, past whatever rows there are, and resets.
    package func run() throws(SQLiteError) {
        while try step() {}
    }

    /// Goes back to before the first row and gives up the read transaction.
    package func reset() {
        // It repeats the failure of the last step, which was thrown already.
        sqlite3_reset(handle)
    }

    /// Keeps the first failure of a binding for the next step.
    func noteBinding(_ result: Int32) {
        if result != SQLITE_OK, bindingResult == SQLITE_OK { bindingResult = result }
    }

    /// Frees the compiled statement, for a connection that closes.
    func finalize() {
        sqlite3_finalize(handle)
        handle = nil
    }

    private func bindingError() -> SQLiteError {
        // The connection's own message is that of the last call, which need not be the one that failed.
        let error = SQLiteError(bindingResult, on: nil, sql: sql)
        bindingResult = SQLITE_OK
        sqlite3_reset(handle)
        return error
    }

    private func stepError(_ result: Int32) -> SQLiteError {
        let error = SQLiteError(result, on: connection.handle, sql: sql)
        sqlite3_reset(handle)
        return error
    }
}
