import CSQLite

/// Parameters, counted from 1, bound before the first step or after a reset.
///
/// Text and blobs are copied by SQLite, so that what was bound may change at once. None of these throws: a failure (no
/// such parameter, too long, a statement that is not reset) is thrown by the next step.
extension SQLiteStatement {
    package func bindNull(_ index: Int) {
        noteBinding(sqlite3_bind_null(handle, Int32(truncatingIfNeeded: index)))
    }

    package func bind(_ index: Int, _ value: Int64) {
        noteBinding(sqlite3_bind_int64(handle, Int32(truncatingIfNeeded: index), value))
    }

    package func bind(_ index: Int, _ value: Int) { bind(index, Int64(value)) }

    package func bind(_ index: Int, _ value: String) {
        var value = value
        value.withUTF8 { bind(index, text: $0) }
    }

    package func bind(_ index: Int, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    package func bind(_ index: Int, _ value: Int?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    package func bind(_ index: Int, _ value: String?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// Binds UTF-8 as text, NUL included.
    package func bind(_ index: Int, text: [UInt8]) {
        text.withUnsafeBufferPointer { bind(index, text: $0) }
    }

    package func bind(_ index: Int, blob: [UInt8]) {
        blob.withUnsafeBufferPointer { bind(index, blob: $0) }
    }

    /// Binds UTF-8 as text, NUL included.
    package func bind(_ index: Int, text: UnsafeBufferPointer<UInt8>) {
        let index = Int32(truncatingIfNeeded: index)
        guard let start = text.baseAddress else {
            // Without an address SQLite would bind NULL.
            return noteBinding(sqlite3_bind_text(handle, index, "", 0, transient))
        }
        let bytes = UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
        let count = sqlite3_uint64(text.count)
        noteBinding(sqlite3_bind_text64(handle, index, bytes, count, transient, UInt8(SQLITE_UTF8)))
    }

    package func bind(_ index: Int, blob: UnsafeBufferPointer<UInt8>) {
        let index = Int32(truncatingIfNeeded: index)
        guard let start = blob.baseAddress else { return noteBinding(sqlite3_bind_zeroblob(handle, index, 0)) }
        noteBinding(sqlite3_bind_blob64(handle, index, start, sqlite3_uint64(blob.count), transient))
    }

    /// SQLITE_TRANSIENT, a macro too odd to be imported: SQLite copies before the binding returns.
    private var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
