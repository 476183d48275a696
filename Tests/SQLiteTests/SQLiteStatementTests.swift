import SQLite
import Testing

struct SQLiteStatementTests {
    private let connection: SQLiteConnection

    init() throws {
        connection = try SQLiteConnection(path: ":memory:", access: .readWriteCreate)
        try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v)")
    }

    /// What SQLite takes a bound value for, and the value back.
    private func echo(_ bind: (SQLiteStatement) -> Void) throws -> (type: String, length: Int64, bytes: [UInt8]) {
        let statement = try connection.prepare("SELECT typeof(?1), length(CAST(?1 AS BLOB)), ?1")
        bind(statement)
        #expect(try statement.step())
        return (statement.string(0), statement.int64(1), statement.withBytes(2, Array.init))
    }

    @Test func `numbers keep all their bits`() throws {
        let statement = try connection.prepare("SELECT ?1, ?2, ?3")
        statement.bind(1, Int64.min)
        statement.bind(2, Int.max)
        statement.bind(3, -1)
        #expect(try statement.step())
        #expect(statement.int64(0) == .min)
        #expect(statement.int64(1) == .max)
        #expect(statement.int64(2) == -1)
    }

    @Test func `text holds NUL and any script`() throws {
        let text = "a\0b\0 naïve 日本"
        let echoed = try echo { $0.bind(1, text) }
        #expect(echoed.type == "text")
        #expect(echoed.bytes == Array(text.utf8))
        #expect(echoed.length == Int64(text.utf8.count))

        let statement = try connection.prepare("SELECT ?")
        statement.bind(1, text)
        #expect(try statement.step())
        #expect(statement.string(0) == text)
    }

    @Test func `bytes are bound as text or as a blob`() throws {
        let bytes = (0...255).map(UInt8.init)
        let text = try echo { $0.bind(1, text: Array("a\0b".utf8)) }
        #expect(text.type == "text")
        #expect(text.bytes == Array("a\0b".utf8))
        let blob = try echo { $0.bind(1, blob: bytes) }
        #expect(blob.type == "blob")
        #expect(blob.bytes == bytes)
    }

    @Test func `what is empty is not NULL`() throws {
        let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        let texts: [(SQLiteStatement) -> Void] = [
            { $0.bind(1, "") }, { $0.bind(1, text: []) }, { $0.bind(1, text: nothing) },
        ]
        for bind in texts { #expect(try echo(bind) == ("text", 0, [])) }
        let blobs: [(SQLiteStatement) -> Void] = [{ $0.bind(1, blob: []) }, { $0.bind(1, blob: nothing) }]
        for bind in blobs { #expect(try echo(bind) == ("blob", 0, [])) }
    }

    @Test func `nil is NULL, and NULL is nil`() throws {
        let nils: [(SQLiteStatement) -> Void] = [
            { $0.bind(1, Int64?.none) }, { $0.bind(1, Int?.none) }, { $0.bind(1, String?.none) }, { $0.bindNull(1) },
        ]
        for bind in nils { #expect(try echo(bind).type == "null") }

        let statement = try connection.prepare("SELECT NULL, 0, ''")
        #expect(try statement.step())
        #expect(statement.isNull(0) && !statement.isNull(1) && !statement.isNull(2))
        #expect(statement.optionalInt64(0) == nil && statement.optionalInt64(1) == 0)
        #expect(statement.optionalString(0) == nil && statement.optionalString(2) == "")
        #expect(statement.int64(0) == 0 && statement.string(0) == "")
    }

    @Test func `what was bound may change before the step`() throws {
        let statement = try connection.prepare("SELECT ?1, ?2")
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3) { buffer in
            buffer.initialize(repeating: UInt8(ascii: "x"))
            statement.bind(1, text: UnsafeBufferPointer(buffer))
            statement.bind(2, blob: UnsafeBufferPointer(buffer))
            buffer.update(repeating: 0)
        }
        #expect(try statement.step())
        #expect(statement.string(0) == "xxx")
        #expect(statement.string(1) == "xxx")
    }

    @Test func `a statement runs again with what is bound anew`() throws {
        let insert = try connection.prepare("INSERT INTO t (id, v) VALUES (?, ?)")
        for id in 1...3 {
            insert.bind(1, id)
            if id == 1 { insert.bind(2, "kept") }
            try insert.run()
        }
        #expect(connection.lastInsertRowID == 3)
        #expect(connection.changes == 1)
        #expect(try connection.scalarText("SELECT group_concat(id || v, ' ') FROM t") == "1kept 2kept 3kept")
    }

    @Test func `a statement that violates a constraint can be run again at once`() throws {
        try connection.execute("INSERT INTO t VALUES (1, 'there')")
        let insert = try connection.prepare("INSERT INTO t (id, v) VALUES (?, 'new')")
        insert.bind(1, 1)
        let error = #expect(throws: SQLiteError.self) { try insert.run() }
        #expect(error?.code == .primaryKeyConstraint)
        #expect(error?.message == "UNIQUE constraint failed: t.id")
        #expect(error?.sql == "INSERT INTO t (id, v) VALUES (?, 'new')")
        insert.bind(1, 2)
        try insert.run()
        #expect(try connection.scalarInt("SELECT count(*) FROM t") == 2)
    }

    @Test func `a read that came to its end can begin anew, and one that did not holds on`() throws {
        try connection.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
        let select = try connection.prepare("SELECT id FROM t ORDER BY id")
        for _ in 0..<2 {
            #expect(try select.step() && select.int64(0) == 1)
            #expect(try select.step() && select.int64(0) == 2)
            #expect(try !select.step())
        }
        #expect(try select.step())
        select.reset()
        #expect(try select.step() && select.int64(0) == 1)
    }

    @Test func `a binding that fails is thrown by the step, once`() throws {
        let statement = try connection.prepare("SELECT ?1")
        statement.bind(2, 1)
        statement.bind(1, 7)
        let error = #expect(throws: SQLiteError.self) { try statement.step() }
        #expect(error?.code == .range)
        #expect(try statement.step())
        #expect(statement.int64(0) == 7)

        statement.bind(1, 8)
        #expect(try #require(throws: SQLiteError.self) { try statement.step() }.code == .misuse)
    }

    @Test(arguments: ["", "-- nothing", "SELECT 1; SELECT 2", "SELECT 1; x"])
    func `only a single statement can be prepared`(sql: String) throws {
        let error = #expect(throws: SQLiteError.self) { try connection.prepare(sql) }
        #expect(error?.code == .misuse)
    }

    @Test func `a semicolon and a blank may follow`() throws {
        #expect(try connection.scalarInt("SELECT 1;\n ") == 1)
    }

    @Test func `what does not compile says where`() throws {
        let error = #expect(throws: SQLiteError.self) { try connection.prepare("SELEC 1") }
        #expect(error?.code == .error)
        #expect(error?.description == #"SQLite: near "SELEC": syntax error (1, SQL logic error) in: SELEC 1"#)
    }
}
