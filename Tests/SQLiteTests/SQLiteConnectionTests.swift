import Foundation
import SQLite
import Testing

struct SQLiteConnectionTests {
    private let database: TemporaryDatabase

    init() throws { database = try TemporaryDatabase() }

    @Test func `a primary code matches its extended ones, and an extended one itself`() {
        let snapshot = SQLiteResultCode(rawValue: 517)
        #expect(SQLiteResultCode.busy ~= snapshot)
        #expect(SQLiteResultCode.busy != snapshot)
        #expect(snapshot ~= snapshot)
        #expect(!(snapshot ~= .busy))
        #expect(!(SQLiteResultCode.locked ~= snapshot))
        #expect(snapshot.primary == .busy)
        let matched =
            switch snapshot {
            case .locked: "locked"
            case .busy: "busy"
            default: "none"
            }
        #expect(matched == "busy")
    }

    @Test func `only a writer with leave to do so makes the file`() throws {
        for access in [SQLiteConnection.Access.readOnly, .readWrite] {
            #expect(try #require(throws: SQLiteError.self) { try database.open(access) }.code == .cannotOpen)
        }
        _ = try database.open(.readWriteCreate)
        _ = try database.open(.readOnly)
    }

    @Test func `a reader cannot write`() throws {
        try database.open().execute("CREATE TABLE t (v)")
        let reader = try database.open(.readOnly)
        let error = #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (1)") }
        #expect(error.map { SQLiteResultCode.readOnly ~= $0.code } == true)
    }

    @Test func `a directory that is missing, or is no file, cannot be opened`() throws {
        let folder = (database.path as NSString).deletingLastPathComponent
        for path in [folder, folder + "/missing/test.sqlite3"] {
            let error = #expect(throws: SQLiteError.self) {
                try SQLiteConnection(path: path, access: .readWriteCreate)
            }
            #expect(error.map { SQLiteResultCode.cannotOpen ~= $0.code } == true)
        }
    }

    @Test func `a file of something else is no database`() throws {
        try String(repeating: "no database ", count: 100).write(
            toFile: database.path, atomically: true, encoding: .utf8)
        let connection = try database.open()
        let error = #expect(throws: SQLiteError.self) { try connection.execute("CREATE TABLE t (v)") }
        #expect(error?.code == .notADatabase)
    }

    @Test func `a full disk is told as such, and undoes the transaction`() throws {
        let connection = try database.open()
        try connection.execute("CREATE TABLE t (v); PRAGMA max_page_count = 4")
        let error = #expect(throws: SQLiteError.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO t VALUES (zeroblob(100))")
                try connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
            }
        }
        #expect(error?.code == .full)
        #expect(!connection.isInTransaction)
        #expect(try connection.scalarInt("SELECT count(*) FROM t") == 0)
    }

    @Test func `a second writer is busy, and after the first it is not`() throws {
        let first = try database.open()
        try first.execute("PRAGMA journal_mode = wal; CREATE TABLE t (v)")
        let second = try database.open()
        try first.transaction {
            try first.execute("INSERT INTO t VALUES (1)")
            let error = #expect(throws: SQLiteError.self) { try second.transaction {} }
            #expect(error?.code == .busy)
            #expect(!second.isInTransaction)
            #expect(try second.scalarInt("SELECT count(*) FROM t") == 0)
        }
        try second.transaction { try second.execute("INSERT INTO t VALUES (2)") }
        #expect(try first.scalarInt("SELECT count(*) FROM t") == 2)
    }

    /// How long a second writer waits for the first, with this patience.
    private func wait(_ patience: SQLitePatience) throws -> Duration {
        let first = try database.open()
        let second = try database.open()
        second.wait(with: patience)
        return try first.transaction {
            ContinuousClock().measure {
                let error = #expect(throws: SQLiteError.self) { try second.transaction {} }
                #expect(error?.code == .busy)
            }
        }
    }

    @Test func `a second writer waits as long as its patience lasts`() throws {
        #expect(try wait(SQLitePatience(milliseconds: 150)) >= .milliseconds(150))
        let patience = SQLitePatience(milliseconds: 60_000)
        patience.end(at: .now + .milliseconds(100))
        #expect(try (.milliseconds(100)..<(.seconds(30))).contains(wait(patience)))
        #expect(try wait(patience) < .seconds(30))
    }

    @Test func `a snapshot too old to write from is busy in the primary sense`() throws {
        let first = try database.open()
        try first.execute("PRAGMA journal_mode = wal; CREATE TABLE t (v)")
        let second = try database.open()
        let error = #expect(throws: SQLiteError.self) {
            try second.transaction(.deferred) {
                _ = try second.scalarInt("SELECT count(*) FROM t")
                try first.execute("INSERT INTO t VALUES (1)")
                try second.execute("INSERT INTO t VALUES (2)")
            }
        }
        #expect(error?.code.rawValue == 517)
        #expect(!second.isInTransaction)
    }

    @Test func `a transaction is kept whole, or leaves nothing`() throws {
        struct Stop: Error {}
        let connection = try database.open()
        try connection.execute("CREATE TABLE t (v)")
        let kept = try connection.transaction {
            #expect(connection.isInTransaction)
            try connection.execute("INSERT INTO t VALUES (1)")
            return "kept"
        }
        #expect(kept == "kept")
        #expect(throws: Stop.self) {
            try connection.transaction {
                try connection.execute("INSERT INTO t VALUES (2)")
                throw Stop()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.scalarText("SELECT group_concat(v) FROM t") == "1")
    }

    @Test func `a commit that fails rolls back`() throws {
        let connection = try database.open()
        try connection.execute(
            """
            PRAGMA foreign_keys = on;
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
            """
        )
        let error = #expect(throws: SQLiteError.self) {
            try connection.transaction { try connection.execute("INSERT INTO child VALUES (1)") }
        }
        #expect(error?.sql == "COMMIT")
        #expect(!connection.isInTransaction)
        #expect(try connection.scalarInt("SELECT count(*) FROM child") == 0)
    }

    @Test func `a transaction within another is refused, and the outer one stands`() throws {
        let connection = try database.open()
        try connection.execute("CREATE TABLE t (v)")
        try connection.transaction {
            try connection.execute("INSERT INTO t VALUES (1)")
            #expect(throws: SQLiteError.self) { try connection.transaction {} }
            #expect(connection.isInTransaction)
        }
        #expect(try connection.scalarInt("SELECT count(*) FROM t") == 1)
    }

    @Test func `scalars are nil without a row or with NULL`() throws {
        let connection = try database.open()
        #expect(try connection.scalarInt("SELECT 7") == 7)
        #expect(try connection.scalarText("SELECT 'seven'") == "seven")
        #expect(try connection.scalarInt("SELECT NULL") == nil)
        #expect(try connection.scalarInt("SELECT 1 WHERE 0") == nil)
        #expect(try connection.scalarText("SELECT 1 WHERE 0") == nil)
    }

    @Test func `a checkpoint empties the log, unless a reader is in the way`() throws {
        let connection = try database.open()
        try connection.execute("PRAGMA journal_mode = wal; CREATE TABLE t (v); INSERT INTO t VALUES (1)")
        func logSize() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: database.path + "-wal")[.size] as? Int
        }
        #expect(try logSize() != 0)
        let reader = try database.open()
        let select = try reader.prepare("SELECT v FROM t")
        #expect(try select.step())
        try connection.checkpoint(.passive)
        #expect(try #require(throws: SQLiteError.self) { try connection.checkpoint(.truncate) }.code == .busy)
        select.reset()
        try connection.checkpoint(.truncate)
        #expect(try logSize() == 0)
    }

    @Test func `closing finalises statements, which then refuse instead of crashing`() throws {
        let connection = try database.open()
        try connection.execute("PRAGMA journal_mode = wal; CREATE TABLE t (v); INSERT INTO t VALUES ('x')")
        let select = try connection.prepare("SELECT v, ?1 FROM t")
        #expect(try select.step())
        try connection.close()
        try connection.close()

        #expect(!FileManager.default.fileExists(atPath: database.path + "-wal"))
        #expect(select.string(0).isEmpty && select.isNull(0) && select.int64(0) == 0)
        select.reset()
        select.bind(1, "text")
        for _ in 0..<2 {
            #expect(try #require(throws: SQLiteError.self) { try select.step() }.code == .misuse)
        }
        let uses: [() throws -> Void] = [
            { try connection.execute("SELECT 1") }, { _ = try connection.prepare("SELECT 1") },
            { try connection.checkpoint(.passive) }, { try connection.transaction {} },
        ]
        for use in uses { #expect(try #require(throws: SQLiteError.self) { try use() }.code == .misuse) }
        #expect(connection.changes == 0 && connection.lastInsertRowID == 0 && !connection.isInTransaction)
    }

    @Test func `the last statement closes a connection that nobody else holds`() throws {
        var statement: SQLiteStatement? = try {
            let connection = try database.open()
            try connection.execute("PRAGMA journal_mode = wal; CREATE TABLE t (v)")
            return try connection.prepare("SELECT count(*) FROM t")
        }()
        #expect(try statement?.step() == true)
        #expect(FileManager.default.fileExists(atPath: database.path + "-wal"))
        statement = nil
        #expect(!FileManager.default.fileExists(atPath: database.path + "-wal"))
    }
}
