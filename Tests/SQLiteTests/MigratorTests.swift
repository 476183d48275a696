import Dispatch
import SQLite
import Synchronization
import Testing

struct MigratorTests {
    private let database: TemporaryDatabase
    private let connection: SQLiteConnection
    private let migrations = [
        Migration(number: 1, name: "first", sql: "CREATE TABLE t (v); INSERT INTO t VALUES (1)"),
        Migration(number: 2, name: "second", sql: "UPDATE t SET v = v + 1"),
        Migration(number: 5, name: "fifth", sql: "UPDATE t SET v = v * 10"),
    ]

    init() throws {
        database = try TemporaryDatabase()
        connection = try database.open()
    }

    @Test func `migrations are applied in order, each once`() throws {
        #expect(try Migrator.migrate(connection, Array(migrations[..<1])) == Array(migrations[..<1]))
        #expect(try Migrator.migrate(connection, migrations) == Array(migrations[1...]))
        #expect(try Migrator.migrate(connection, migrations) == [])
        #expect(try connection.scalarInt("SELECT v FROM t") == 20)
        #expect(
            try connection.scalarText("SELECT group_concat(number || name, ' ') FROM schema_migrations")
                == "1first 2second 5fifth")
        #expect(!connection.isInTransaction)
    }

    @Test func `when a migration was applied is told in milliseconds`() throws {
        _ = try Migrator.migrate(connection, Array(migrations[..<2]))
        let now = try #require(try connection.scalarInt("SELECT strftime('%s', 'now')")) * 1000
        let status = try Migrator.status(connection, migrations)
        #expect(status.map(\.migration) == migrations)
        #expect(status[2].appliedAt == nil)
        for applied in status.compactMap(\.appliedAt) { #expect(abs(applied - now) < 60_000) }
    }

    @Test func `status writes nothing, nor does a migration of what is up to date`() throws {
        #expect(try Migrator.status(connection, migrations).allSatisfy { $0.appliedAt == nil })
        #expect(try connection.scalarInt("SELECT count(*) FROM sqlite_schema") == 0)
        _ = try Migrator.migrate(connection, migrations)
        let reader = try database.open(.readOnly)
        #expect(try Migrator.migrate(reader, migrations) == [])
        let applied = try connection.transaction { try Migrator.migrate(reader, migrations) }
        #expect(applied == [])
    }

    @Test func `a database of a newer program is refused and left alone`() throws {
        _ = try Migrator.migrate(connection, migrations)
        let error = #expect(throws: MigrationError.self) {
            try Migrator.migrate(connection, Array(migrations[..<2]))
        }
        #expect(
            error?.description == """
                the database is at version 5, and this program knows versions up to 2: \
                install the newer program, or restore a copy of the database from before it was upgraded
                """)
        #expect(throws: MigrationError.self) { try Migrator.status(connection, []) }
        #expect(try connection.scalarInt("SELECT v FROM t") == 20)
    }

    @Test func `a name that differs, a number unknown and one put in between are refused`() throws {
        _ = try Migrator.migrate(connection, migrations)
        let late = Migration(number: 3, name: "late", sql: "")
        let renamed = Migration(number: 2, name: "other", sql: "")
        let cases = [
            ([migrations[0], renamed, migrations[2]], "migration 2 is 'second' in the database and 'other' in"),
            ([migrations[0], migrations[2]], "migration 2 is 'second' in the database and unknown in"),
            (
                [migrations[0], migrations[1], late, migrations[2]],
                "migration 3 is unknown in the database and 'late' in"
            ),
        ]
        for (program, words) in cases {
            let error = #expect(throws: MigrationError.self) { try Migrator.migrate(connection, program) }
            #expect(error?.description.hasPrefix(words) == true)
        }
    }

    @Test func `a migration that fails leaves nothing, and those before it stay`() throws {
        let broken = Migration(
            number: 2, name: "broken", sql: "CREATE TABLE left_over (v); INSERT INTO missing VALUES (1)")
        let error = #expect(throws: MigrationError.self) {
            try Migrator.migrate(connection, [migrations[0], broken, migrations[2]])
        }
        guard case .failed(broken, let cause) = error else {
            Issue.record("it failed otherwise: \(String(describing: error))")
            return
        }
        #expect(cause.message == "no such table: missing")
        #expect(!connection.isInTransaction)
        #expect(try connection.scalarText("SELECT group_concat(name) FROM sqlite_schema") == "t,schema_migrations")
        #expect(try Migrator.status(connection, migrations).map { $0.appliedAt == nil } == [false, true, true])
        #expect(try Migrator.migrate(connection, migrations) == Array(migrations[1...]))
    }

    @Test func `a locked database is told apart from a broken migration`() throws {
        let other = try database.open()
        try other.transaction {
            let error = #expect(throws: MigrationError.self) { try Migrator.migrate(connection, migrations) }
            guard case .database(let cause) = error else {
                Issue.record("it failed otherwise: \(String(describing: error))")
                return
            }
            #expect(cause.code == .busy)
        }
    }

    @Test(arguments: ["delete", "wal"])
    func `of several that migrate at once each migration is applied by one`(journal: String) throws {
        try connection.execute("PRAGMA journal_mode = \(journal)")
        let first = migrations[0]
        let rest = (2...20).map { Migration(number: $0, name: "step \($0)", sql: "UPDATE t SET v = v + 1") }
        let outcome = Mutex<(applied: [Int], errors: [String])>(([], []))
        let path = database.path
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            do {
                let connection = try SQLiteConnection(
                    path: path, access: .readWrite, busyTimeoutMilliseconds: 20_000)
                let applied = try Migrator.migrate(connection, [first] + rest)
                outcome.withLock { $0.applied += applied.map(\.number) }
            } catch {
                outcome.withLock { $0.errors.append("\(error)") }
            }
        }
        outcome.withLock {
            #expect($0.errors == [])
            #expect($0.applied.sorted() == Array(1...20))
        }
        #expect(try connection.scalarInt("SELECT v FROM t") == 20)
    }
}
