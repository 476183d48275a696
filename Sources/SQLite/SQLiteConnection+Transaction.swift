/// When a transaction takes its locks.
package enum SQLiteTransaction: Sendable {
    /// The write lock at once, so that a transaction which has begun is never refused it later.
    case immediate
    /// Each lock when it is first needed: for reading several times from one snapshot.
    case deferred
}

extension SQLiteConnection {
    /// Runs `body` between BEGIN and COMMIT, and rolls back when it throws or when COMMIT fails.
    ///
    /// Transactions do not nest: a BEGIN inside another is refused, and the outer one stands.
    package func transaction<T>(_ kind: SQLiteTransaction = .immediate, _ body: () throws -> T) throws -> T {
        try begin(kind)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    func begin(_ kind: SQLiteTransaction) throws(SQLiteError) {
        try execute(kind == .immediate ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED")
    }

    /// Undoes the open transaction, if SQLite has not done so itself, as it does after some errors.
    func rollBack() {
        // What made it necessary is the error to report; a rollback that fails leaves nothing more to be done.
        if isInTransaction { try? execute("ROLLBACK") }
    }
}
