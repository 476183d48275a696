import CSQLite

import JSON

/// SQLite's opinion of what is JSON, from `json_valid`.
final class SQLiteJSON {
    private var database: OpaquePointer?
    private var statement: OpaquePointer?

    init() {
        sqlite3_open(":memory:", &database)
        sqlite3_prepare_v2(database, "SELECT json_valid(?)", -1, &statement, nil)
    }

    deinit {
        sqlite3_finalize(statement)
        sqlite3_close(database)
    }

    /// Bytes behind a NUL are not looked at, nor whether they are UTF-8.
    func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            sqlite3_reset(statement)
            sqlite3_bind_text(
                statement, 1, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil)
            // The text is read only while it is bound to what lies here.
            defer { sqlite3_clear_bindings(statement) }
            precondition(sqlite3_step(statement) == SQLITE_ROW, "json_valid answers")
            return sqlite3_column_int(statement, 0) == 1
        }
    }

    /// SQLite before 3.42 takes a container for a member's name if a string is the last thing in it: `{["a"]:1}`.
    static func isLenient(about fault: JSONError, in bytes: [UInt8]) -> Bool {
        guard fault.reason == .unexpectedByte, [UInt8(ascii: "["), UInt8(ascii: "{")].contains(bytes[fault.offset])
        else { return false }
        let before = bytes[..<fault.offset].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return before == UInt8(ascii: "{") || before == UInt8(ascii: ",")
    }
}
