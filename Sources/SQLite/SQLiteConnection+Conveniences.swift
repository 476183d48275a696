import CSQLite

/// How much of the write-ahead log a checkpoint moves into the database.
package enum SQLiteCheckpoint: Sendable {
    /// As much as is possible without waiting for anyone.
    case passive
    /// All of it, and the log is cut to nothing; waits for readers and writers, up to the busy timeout.
    case truncate
}

extension SQLiteConnection {
    /// The first column of the first row as a number; nil where there is no row or it is NULL.
    package func scalarInt(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.optionalInt64(0) : nil
    }

    /// The first column of the first row as text; nil where there is no row or it is NULL.
    package func scalarText(_ sql: String) throws(SQLiteError) -> String? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.optionalString(0) : nil
    }

    /// Moves the write-ahead log into the database.
    ///
    /// - Throws: `.busy` when `.truncate` could not get past others in time, `.locked` inside a transaction.
    package func checkpoint(_ kind: SQLiteCheckpoint) throws(SQLiteError) {
        guard let handle else { throw SQLiteError(SQLITE_MISUSE, on: nil) }
        let mode = kind == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        let result = sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
        guard result == SQLITE_OK else { throw SQLiteError(result, on: handle) }
    }
}
