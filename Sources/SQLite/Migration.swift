/// A numbered step of the schema.
package struct Migration: Equatable, Sendable {
    /// Above zero, and above that of the migration before.
    package let number: Int
    package let name: String
    /// One or several statements, without a transaction of their own.
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }
}
