import CSQLite

/// Columns of the current row, counted from 0 and converted by SQLite's rules; without a row all are NULL.
extension SQLiteStatement {
    package func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(truncatingIfNeeded: column)) == SQLITE_NULL
    }

    /// A number; 0 for NULL.
    package func int64(_ column: Int) -> Int64 {
        sqlite3_column_int64(handle, Int32(truncatingIfNeeded: column))
    }

    package func optionalInt64(_ column: Int) -> Int64? {
        isNull(column) ? nil : int64(column)
    }

    /// Text, its invalid UTF-8 replaced; empty for NULL.
    package func string(_ column: Int) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    package func optionalString(_ column: Int) -> String? {
        isNull(column) ? nil : string(column)
    }

    /// Calls `body` with the bytes of a text, in a database of UTF-8, or of a blob; with none for NULL.
    ///
    /// The bytes are valid only during the call, which must not step or reset the statement.
    @inlinable
    package func withBytes<T, E: Error>(
        _ column: Int,
        _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> T
    ) throws(E) -> T {
        defer { extendLifetime(self) }
        return try body(bytes(column))
    }

    @usableFromInline
    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let column = Int32(truncatingIfNeeded: column)
        // The length is to be asked for after the bytes, whose conversion may change it.
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
    }
}
