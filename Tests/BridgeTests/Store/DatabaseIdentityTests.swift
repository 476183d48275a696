import Feeds
import Foundation
import SQLite
import Testing

@testable import Bridge

struct DatabaseIdentityTests {
    private let directory: TemporaryDirectory
    private var path: String { directory.path("test.sqlite3") }

    init() throws { directory = try TemporaryDirectory() }

    private func open() throws -> LogStore {
        let epoch = try SQLiteConnection(path: path, access: .readOnly).scalarText("SELECT epoch FROM bridge")
        return try LogStore(path: path, synchronous: "normal", epoch: epoch ?? "")
    }

    private func append(_ count: Int) throws -> [LogPosition] {
        let store = try open()
        return try store.transaction(appending: count) {
            try (0..<count).compactMap { _ in
                try Array("{}".utf8).withUnsafeBufferPointer { body in
                    let new = LogStore.NewNotification(
                        feed: try FeedName(of: "user:42"), number: 1, id: UUID().uuidString, hasOwnID: false,
                        event: nil, body: body)
                    return try store.insert(new, at: 0)
                }
            }
        }
    }

    @Test func `a new database begins a new epoch at position 0`() throws {
        let identity = try TestStore.take(path, ("", "1"))
        #expect(identity.isNewEpoch && identity.last == 0)
        #expect(Cursor("f1.\(identity.epoch).1") != nil)
        #expect(try append(3) == [1, 2, 3])
    }

    @Test func `the next run goes on in the same epoch, behind all positions that may have been given out`() throws {
        let first = try TestStore.take(path, ("", "1"))
        _ = try append(3)
        let second = try TestStore.take(path, ("1", "2"))
        #expect(!second.isNewEpoch && second.epoch == first.epoch)
        #expect(second.last == DatabaseIdentity.reservation)
        #expect(try append(1) == [DatabaseIdentity.reservation + 1])
        let third = try TestStore.take(path, ("2", "3"))
        #expect(third.epoch == first.epoch && third.last == 2 * DatabaseIdentity.reservation)
    }

    @Test(arguments: ["", "0", "11"])
    func `a database that another run left is of another epoch`(previous: String) throws {
        let first = try TestStore.take(path, ("", "1"))
        let second = try TestStore.take(path, (previous, "2"))
        #expect(second.isNewEpoch && second.epoch != first.epoch && second.last > 0)
        #expect(try TestStore.take(path, ("2", "3")).epoch == second.epoch)
    }

    @Test func `what a power cut took from the end of the log is not given out again`() throws {
        let first = try TestStore.take(path, ("", "1"))
        try SQLiteConnection(path: path, access: .readWrite).checkpoint(.truncate)
        let before = try Data(contentsOf: URL(filePath: path))
        let lost = Set(try append(500))
        try? FileManager.default.removeItem(atPath: path + "-wal")
        try? FileManager.default.removeItem(atPath: path + "-shm")
        try before.write(to: URL(filePath: path))
        let second = try TestStore.take(path, ("1", "2"))
        #expect(second.epoch == first.epoch)
        #expect(lost.isDisjoint(with: try append(1000)))
    }

    @Test func `a database of another name, or one whose log ends too early, is refused`() throws {
        let first = try TestStore.take(path, ("", "1"))
        #expect(throws: StoreError.self) { try LogStore(path: path, synchronous: "normal", epoch: "other") }
        #expect(throws: StoreError.self) {
            try LogStore(path: path, synchronous: "normal", epoch: first.epoch, atLeast: 1)
        }
        _ = try LogStore(path: path, synchronous: "normal", epoch: first.epoch, atLeast: 0)
    }

    @Test func `positions are set aside before a transaction may use them, and stay so when it fails`() throws {
        _ = try TestStore.take(path, ("", "1"))
        let store = try open()
        let count = Int(DatabaseIdentity.reservation) + 1
        #expect(throws: TestError.self) {
            try store.transaction(appending: count) { throw TestError("as it fails") }
        }
        let reserved = try #require(try store.connection.scalarInt("SELECT reserved FROM bridge"))
        #expect(reserved >= LogPosition(count) && store.last == 0)
        #expect(try store.connection.scalarInt("PRAGMA synchronous") == 1)
    }
}
