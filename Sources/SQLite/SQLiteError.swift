import CSQLite

/// A call to SQLite that failed.
package struct SQLiteError: Error, Sendable {
    /// The extended result code.
    package let code: SQLiteResultCode
    /// SQLite's words about this very failure, such as the constraint's name.
    package let message: String
    /// The SQL that failed, with placeholders and never with values; nil where there was none.
    package let sql: String?

    package init(code: SQLiteResultCode, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// The last failure of an open connection, or without one the general words for the code.
    init(_ code: Int32, on connection: OpaquePointer?, sql: String? = nil) {
        self.code = SQLiteResultCode(rawValue: code)
        self.sql = sql
        message = String(cString: connection == nil ? sqlite3_errstr(code) : sqlite3_errmsg(connection))
    }
}

extension SQLiteError {
    /// Whether the file is no database, or no longer a sound one.
    package var isDamage: Bool {
        switch code {
        case .corrupt, .notADatabase: true
        default: false
        }
    }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String {
        "SQLite: \(message) (\(code))" + (sql.map { " in: \($0)" } ?? "")
    }
}
