import CSQLite

/// A result code of SQLite, primary or extended.
///
/// As a pattern a primary code matches each of its extended ones: `case .busy` takes SQLITE_BUSY_SNAPSHOT as well, while
/// an extended code matches only itself. Equality is of the exact code.
package struct SQLiteResultCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// The code without its extension, which is all above the low eight bits.
    package var primary: SQLiteResultCode { SQLiteResultCode(rawValue: rawValue & 0xFF) }

    package static func ~= (pattern: SQLiteResultCode, code: SQLiteResultCode) -> Bool {
        pattern == code || pattern == code.primary
    }
}

extension SQLiteResultCode {
    package static let error = SQLiteResultCode(rawValue: SQLITE_ERROR)
    package static let busy = SQLiteResultCode(rawValue: SQLITE_BUSY)
    package static let locked = SQLiteResultCode(rawValue: SQLITE_LOCKED)
    package static let outOfMemory = SQLiteResultCode(rawValue: SQLITE_NOMEM)
    package static let readOnly = SQLiteResultCode(rawValue: SQLITE_READONLY)
    package static let interrupted = SQLiteResultCode(rawValue: SQLITE_INTERRUPT)
    package static let ioError = SQLiteResultCode(rawValue: SQLITE_IOERR)
    package static let corrupt = SQLiteResultCode(rawValue: SQLITE_CORRUPT)
    package static let full = SQLiteResultCode(rawValue: SQLITE_FULL)
    package static let cannotOpen = SQLiteResultCode(rawValue: SQLITE_CANTOPEN)
    package static let schemaChanged = SQLiteResultCode(rawValue: SQLITE_SCHEMA)
    package static let tooBig = SQLiteResultCode(rawValue: SQLITE_TOOBIG)
    package static let constraint = SQLiteResultCode(rawValue: SQLITE_CONSTRAINT)
    package static let misuse = SQLiteResultCode(rawValue: SQLITE_MISUSE)
    package static let range = SQLiteResultCode(rawValue: SQLITE_RANGE)
    package static let notADatabase = SQLiteResultCode(rawValue: SQLITE_NOTADB)

    /// A row repeats a value of a UNIQUE constraint.
    package static let uniqueConstraint = SQLiteResultCode(rawValue: SQLITE_CONSTRAINT | (8 << 8))
    /// A row repeats a primary key.
    package static let primaryKeyConstraint = SQLiteResultCode(rawValue: SQLITE_CONSTRAINT | (6 << 8))
}

extension SQLiteResultCode: CustomStringConvertible {
    /// The number, and SQLite's words for the primary code.
    package var description: String { "\(rawValue), \(String(cString: sqlite3_errstr(rawValue & 0xFF)))" }
}
