import Feeds
import Foundation
import Logging
import Reactor
import SQLite

@testable import Bridge

/// A database of one test's own, taken into use.
final class TestStore {
    let path: String
    let identity: DatabaseIdentity
    private let directory: TemporaryDirectory
    private var taken: [FeedName: Int] = [:]
    /// How many notifications of each feed are kept, if not all.
    var keep: Int?
    /// Kinds with rules, beside `user`.
    var kinds: [Kind] = []

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path("flagpole.sqlite3")
        identity = try TestStore.take(path, ("", "1"))
    }

    static func take(_ path: String, _ lineage: (String, String)) throws -> DatabaseIdentity {
        let connection = try SQLiteConnection(path: path, access: .readWriteCreate)
        try connection.execute("PRAGMA journal_mode = WAL")
        return try DatabaseIdentity.take(connection, lineage: lineage.0) { lineage.1 }
    }

    /// Declares a kind; call it before the writer starts.
    func declare(_ name: String, isInbox: Bool = false, source: Kind.Source = .list, _ rules: EntryRules) {
        let template = KeyTemplate("\(name):{id}")
        var kind = Kind(name: name, list: template, flag: nil, isInbox: isInbox)
        kind.source = source
        kind.rules = rules
        kinds.append(kind)
    }

    func open() throws -> LogStore { try LogStore(path: path, synchronous: "normal", epoch: identity.epoch) }

    /// A connection as the application might have one.
    func connect() throws -> SQLiteConnection {
        try SQLiteConnection(path: path, access: .readWrite, busyTimeoutMilliseconds: 5000)
    }

    /// Stores notifications with these ids, each in a transaction of its own; returns their positions.
    @discardableResult
    func store(_ feed: String, _ ids: String..., in store: LogStore) throws -> [LogPosition] {
        try ids.map { id in
            let reading = try reading(feed, [EntryHash(rawValue: UInt64(store.last))])
            return try store.transaction(appending: 1) {
                guard let number = try store.positions.move(reading)?.number,
                    let position = try insert(reading.feed, number, id, store)
                else { throw TestError("\(id) was not stored") }
                return position
            }
        }
    }

    private func insert(_ feed: FeedName, _ number: Int64, _ id: String, _ store: LogStore) throws -> LogPosition? {
        try Array("{\"id\":\"\(id)\"}".utf8).withUnsafeBufferPointer { body in
            let new = LogStore.NewNotification(
                feed: feed, number: number, id: id, hasOwnID: false, event: nil, body: body)
            return try store.insert(new, at: 1_700_000_000_000)
        }
    }

    /// A reading that goes on where the last one of the feed ended, unless told otherwise.
    func reading(_ feed: String, _ hashes: [EntryHash], expected: Int? = nil) throws -> FeedReading {
        let name = try FeedName(of: feed)
        let expected = expected ?? taken[name] ?? 0
        taken[name] = expected + hashes.count
        var reading = FeedReading(
            feed: name, isInbox: isInbox(name), keep: keep, expected: expected,
            position: ListPosition(count: expected + hashes.count, first: hashes.first))
        reading.hashes = hashes
        return reading
    }

    func isInbox(_ feed: FeedName) -> Bool {
        feed.kind == "user" || kinds.contains { $0.name == feed.kind && $0.isInbox }
    }

    /// A batch with the entries of one list, which follow those of the last batch.
    func batch(_ feed: String, _ entries: [String], expected: Int? = nil) throws -> IngestBatch {
        var batch = IngestBatch()
        try append(feed, entries.map { Array($0.utf8) }, expected: expected, to: &batch)
        return batch
    }

    func append(_ feed: String, _ entries: [[UInt8]], expected: Int? = nil, to batch: inout IngestBatch) throws {
        var reader = EntryReader(maximumBytes: 65_536)
        var reading = try reading(
            feed, entries.map { $0.withUnsafeBufferPointer { EntryHash($0) } }, expected: expected)
        for entry in entries {
            let start = batch.bytes.count
            batch.bytes += entry
            reading.entries.append((start..<batch.bytes.count, entry.withUnsafeBufferPointer { reader.read($0) }))
        }
        batch.readings.append(reading)
    }
}

extension FeedName {
    init(of text: String) throws {
        guard let name = FeedName(text) else { throw TestError("\(text) is no feed") }
        self = name
    }
}

struct TestError: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

extension Telemetry {
    /// One that writes no log.
    static var silent: Telemetry { Telemetry(Logger(level: .error, write: { _ in })) }
}
