import Feeds
import SQLite
import Testing

@testable import Bridge

struct LogStoreTests {
    private let test: TestStore
    private let store: LogStore

    init() throws {
        test = try TestStore()
        store = try test.open()
    }

    private func hashes(_ numbers: Range<UInt64>) -> [EntryHash] { numbers.map { EntryHash(rawValue: $0 << 32) } }

    private func move(_ reading: FeedReading) throws -> Int64? {
        try store.transaction(appending: 0) { try store.positions.move(reading)?.number }
    }

    @Test func `nothing is known of a feed that nothing was taken of`() throws {
        #expect(try store.positions.feed(try FeedName(of: "user:42")) == nil)
        #expect(try store.unread(try FeedName(of: "user:42")) == 0)
    }

    @Test func `a position and its proof are found again`() throws {
        let name = try FeedName(of: "user:42")
        let number = try #require(try move(test.reading("user:42", hashes(0..<3))))
        var row = try #require(try store.positions.feed(name))
        #expect(row.id == number && row.tail == hashes(0..<3))
        #expect(row.position == ListPosition(count: 3, first: hashes(0..<1)[0], recent: hashes(0..<3)))
        #expect(try move(test.reading("user:42", hashes(3..<20))) == number)
        row = try #require(try store.positions.feed(name))
        #expect(row.position.count == 20 && row.position.recent == hashes(12..<20) && row.tail == hashes(0..<20))
    }

    @Test func `feeds of which something is taken in are found by their kind, some at a time`() throws {
        let names = (0..<1007).map { "mail:\($0)" }
        for name in names + ["mailbox:1", "mai:1", "user:1"] { _ = try move(test.reading(name, hashes(0..<1))) }
        // A search looks at so many feeds, whatever it finds.
        let gone = names.sorted().prefix(700)
        for name in gone {
            var reading = try test.reading(name, [], expected: 1)
            (reading.position, reading.replacesTail) = (.start, true)
            _ = try move(reading)
        }
        var (found, next, searches) = ([FeedName](), String?.none, 0)
        repeat {
            let page = try store.positions.taken("mail", after: next)
            found += page.names
            next = page.next
            searches += 1
        } while next != nil
        #expect(found.map(\.text) == names.filter { !gone.contains($0) }.sorted())
        #expect(searches == 3)
    }

    /// Their bytes are mostly zeros, which end a text but not a blob.
    @Test func `the tail keeps the last 256 hashes`() throws {
        let name = try FeedName(of: "user:42")
        for start in stride(from: UInt64(0), to: 1000, by: 100) {
            _ = try move(test.reading("user:42", hashes(start..<start + 100)))
        }
        #expect(try store.positions.feed(name)?.tail == hashes(744..<1000))
        _ = try move(test.reading("user:42", []))
        #expect(try store.positions.feed(name)?.tail == hashes(744..<1000))
    }

    @Test func `a list that is begun anew has a new tail`() throws {
        _ = try move(test.reading("user:42", hashes(0..<20)))
        var reading = try test.reading("user:42", [])
        reading.position = .start
        reading.replacesTail = true
        _ = try move(reading)
        let row = try #require(try store.positions.feed(try FeedName(of: "user:42")))
        #expect(row.position == .start && row.tail.isEmpty)
    }

    @Test func `a shifted position has no more proof than entries`() throws {
        _ = try move(test.reading("user:42", hashes(0..<20)))
        var reading = try test.reading("user:42", [])
        reading.position = ListPosition(count: 3, first: hashes(17..<18)[0], recent: hashes(17..<20))
        _ = try move(reading)
        #expect(try store.positions.feed(reading.feed)?.position == reading.position)
    }

    @Test func `a reading that started from another position moves nothing`() throws {
        _ = try move(test.reading("user:42", hashes(0..<3)))
        #expect(try move(test.reading("user:42", hashes(3..<5), expected: 2)) == nil)
        #expect(try move(test.reading("user:43", hashes(3..<5), expected: 2)) == nil)
        #expect(try store.positions.feed(try FeedName(of: "user:42"))?.position.count == 3)
        #expect(try store.positions.feed(try FeedName(of: "user:43")) == nil)
    }

    @Test func `hashes are written as they are read`() {
        let hashes = [0, 1, .max, 0x0123_4567_89AB_CDEF].map { EntryHash(rawValue: $0) }
        let bytes = EntryHash.encode(hashes)
        #expect(Array(bytes[24...]) == [0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01])
        #expect(bytes.withUnsafeBufferPointer { EntryHash.decode($0) } == hashes)
        #expect((bytes + [1, 2, 3]).withUnsafeBufferPointer { EntryHash.decode($0) } == hashes)
    }
}
