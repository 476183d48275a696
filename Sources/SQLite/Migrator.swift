/// Brings a database forward, one migration and one transaction at a time.
///
/// What was applied stands in `schema_migrations(number, name, applied_at)`, and must be a beginning of the program's
/// list. The migrations given are in ascending order of their numbers, all above zero.
package enum Migrator {
    /// A migration of the program, and when this database took it.
    package struct Status: Equatable, Sendable {
        package let migration: Migration
        /// In milliseconds since 1970; nil while it is pending.
        package let appliedAt: Int64?
    }

    /// Applies what is pending, in order.
    ///
    /// Another process that migrates at the same time is waited for, up to the connection's busy timeout, and what it
    /// applied is not applied again. Where nothing is pending nothing is written.
    ///
    /// - Returns: What this call applied.
    package static func migrate(
        _ connection: SQLiteConnection,
        _ migrations: [Migration]
    ) throws(MigrationError) -> [Migration] {
        var applied: [Migration] = []
        guard try records(connection, migrations).count < migrations.count else { return applied }
        while let migration = try applyNext(connection, migrations) { applied.append(migration) }
        return applied
    }

    /// Tells of each of the program's migrations whether it is applied, and writes nothing.
    ///
    /// - Throws: What ``migrate(_:_:)`` would throw before it began.
    package static func status(
        _ connection: SQLiteConnection,
        _ migrations: [Migration]
    ) throws(MigrationError) -> [Status] {
        let records = try records(connection, migrations)
        return migrations.enumerated().map { index, migration in
            Status(migration: migration, appliedAt: index < records.count ? records[index].appliedAt : nil)
        }
    }

    /// Applies the first pending migration; nil where there is none.
    ///
    /// The transaction begins with the look, so that no other process can have moved in between.
    private static func applyNext(
        _ connection: SQLiteConnection,
        _ migrations: [Migration]
    ) throws(MigrationError) -> Migration? {
        do { try connection.begin(.immediate) } catch { throw .database(error) }
        defer { connection.rollBack() }

        let count = try records(connection, migrations).count
        guard count < migrations.count else { return nil }
        let migration = migrations[count]
        do throws(SQLiteError) {
            try connection.execute(migration.sql)
            try record(migration, in: connection)
            try connection.execute("COMMIT")
        } catch {
            throw .failed(migration, error)
        }
        return migration
    }

    private static func record(_ migration: Migration, in connection: SQLiteConnection) throws(SQLiteError) {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL
            )
            """
        )
        let insert = try connection.prepare(
            """
            INSERT INTO schema_migrations
            VALUES (?, ?, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
            """
        )
        insert.bind(1, migration.number)
        insert.bind(2, migration.name)
        try insert.run()
    }

    private typealias Record = (number: Int, name: String, appliedAt: Int64)

    /// What is applied, by number, found to be a beginning of the program's list.
    private static func records(
        _ connection: SQLiteConnection,
        _ migrations: [Migration]
    ) throws(MigrationError) -> [Record] {
        precondition(
            zip([0] + migrations.map(\.number), migrations).allSatisfy { $0 < $1.number },
            "migrations ascend from 1"
        )
        let records: [Record]
        do { records = try readRecords(connection) } catch { throw .database(error) }

        let newest = migrations.last?.number ?? 0
        if let last = records.last, last.number > newest {
            throw .newerDatabase(database: last.number, program: newest)
        }
        for (record, migration) in zip(records, migrations)
        where record.number != migration.number || record.name != migration.name {
            let number = min(record.number, migration.number)
            throw .mismatch(
                number: number,
                database: record.number == number ? record.name : nil,
                program: migration.number == number ? migration.name : nil
            )
        }
        return records
    }

    private static func readRecords(_ connection: SQLiteConnection) throws(SQLiteError) -> [Record] {
        let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'"
        guard try connection.scalarInt(table) != nil else { return [] }
        let select = try connection.prepare("SELECT number, name, applied_at FROM schema_migrations ORDER BY number")
        var records: [Record] = []
        while try select.step() {
            records.append((Int(select.int64(0)), select.string(1), select.int64(2)))
        }
        return records
    }
}
