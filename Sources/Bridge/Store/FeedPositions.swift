import Feeds
import SQLite

/// The table of feeds: their numbers, and how far each was taken in.
final class FeedPositions {
    private let connection: SQLiteConnection
    private let findFeed: SQLiteStatement
    private let insertFeed: SQLiteStatement
    private let moveFeed: SQLiteStatement
    private let replaceTail: SQLiteStatement
    private let findTaken: SQLiteStatement
    /// How many feeds are looked at in one search.
    private static let feedsPerSearch = 500

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        findFeed = try connection.prepare("SELECT id, position, first, tail, reread_end FROM feeds WHERE name = ?")
        insertFeed = try connection.prepare("INSERT INTO feeds (name, position, first, tail) VALUES (?, ?, ?, ?)")
        moveFeed = try connection.prepare(
            """
            UPDATE feeds SET position = ?2, first = ?3, tail = coalesce(
                    substr(CAST(tail || ?4 AS BLOB), -\(8 * ListPosition.tailLength)), x''),
                reread_end = ?5
            WHERE id = ?1
            """)
        replaceTail = try connection.prepare(
            "UPDATE feeds SET position = ?2, first = ?3, tail = ?4, reread_end = ?5 WHERE id = ?1")
        findTaken = try connection.prepare(
            """
            SELECT name, position FROM feeds WHERE name > ? AND name < ?
            ORDER BY name LIMIT \(FeedPositions.feedsPerSearch)
            """)
    }

    /// A feed's row.
    struct FeedRow {
        let id: Int64
        let position: ListPosition
        let tail: [EntryHash]
        /// Up to where its list is being read again from its beginning; 0 where it is not.
        let rereadEnd: Int
    }

    /// What became of a position.
    struct Move {
        /// The feed's number.
        let number: Int64
        /// Up to where on the list entries were read again; 0 where none were.
        let rereadEnd: Int
    }

    /// How far a feed was taken in; `nil` where nothing ever was.
    func feed(_ name: FeedName) throws(SQLiteError) -> FeedRow? {
        findFeed.bind(1, name.text)
        guard try findFeed.step() else { return nil }
        let id = findFeed.int64(0)
        let count = Int(findFeed.int64(1))
        let first = findFeed.optionalInt64(2).map { EntryHash(rawValue: UInt64(bitPattern: $0)) }
        let tail = findFeed.withBytes(3) { EntryHash.decode($0) }
        let rereadEnd = Int(findFeed.int64(4))
        findFeed.reset()
        // A position within the tail's reach needs no more proof than there are entries before it.
        let recent = Array(tail.suffix(min(ListPosition.proofLength, count)))
        return FeedRow(
            id: id, position: ListPosition(count: count, first: first, recent: recent), tail: tail,
            rereadEnd: rereadEnd)
    }

    /// Finds feeds of a kind of whose lists something is taken in that is not known to be gone, among the next few behind
    /// one, by name.
    func taken(_ kind: String, after last: String?) throws(SQLiteError) -> TakenFeeds {
        findTaken.bind(1, last ?? "\(kind):")
        // The character behind the colon.
        findTaken.bind(2, "\(kind);")
        var (found, names, count) = (last, [FeedName](), 0)
        while try findTaken.step() {
            count += 1
            found = findTaken.string(0)
            if findTaken.int64(1) > 0, let name = found.flatMap(FeedName.init) { names.append(name) }
        }
        return TakenFeeds(names: names, next: count == FeedPositions.feedsPerSearch ? found : nil)
    }

    /// A feed's number, which it gets if it has none.
    func number(of feed: FeedName) throws(SQLiteError) -> Int64 {
        if let known = try self.feed(feed)?.id { return known }
        insertFeed.bind(1, feed.text)
        insertFeed.bind(2, 0)
        insertFeed.bindNull(3)
        insertFeed.bind(4, blob: [])
        try insertFeed.run()
        return connection.lastInsertRowID
    }

    /// Moves a feed's position, within the transaction that stores what lies before it.
    ///
    /// - Returns: `nil` where the stored position is not the one that the reading started from.
    func move(_ reading: FeedReading) throws(SQLiteError) -> Move? {
        let known = try feed(reading.feed)
        guard known?.position.count ?? 0 == reading.expected else { return nil }
        let first = reading.position.first.map { Int64(bitPattern: $0.rawValue) }
        let tail = EntryHash.encode(reading.hashes)
        guard let known else {
            insertFeed.bind(1, reading.feed.text)
            insertFeed.bind(2, reading.position.count)
            insertFeed.bind(3, first)
            insertFeed.bind(4, blob: tail)
            try insertFeed.run()
            return Move(number: connection.lastInsertRowID, rereadEnd: 0)
        }
        let statement = reading.replacesTail ? replaceTail : moveFeed
        statement.bind(1, known.id)
        statement.bind(2, reading.position.count)
        statement.bind(3, first)
        statement.bind(4, blob: tail)
        var rereadEnd = reading.rereadEnd
        if !reading.replacesTail && known.rereadEnd > 0 {
            // A list that was trimmed meanwhile is shorter by as much.
            rereadEnd = max(0, known.rereadEnd + reading.start - reading.expected)
        }
        statement.bind(5, rereadEnd > reading.position.count ? rereadEnd : 0)
        try statement.run()
        return Move(number: known.id, rereadEnd: rereadEnd)
    }
}

extension EntryHash {
    /// Eight bytes each, little-endian, as `feeds.tail` holds them.
    static func encode(_ hashes: [EntryHash]) -> [UInt8] {
        hashes.flatMap { hash in withUnsafeBytes(of: hash.rawValue.littleEndian) { Array($0) } }
    }

    static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> [EntryHash] {
        let raw = UnsafeRawBufferPointer(bytes)
        return stride(from: 0, to: raw.count - raw.count % 8, by: 8).map {
            EntryHash(rawValue: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt64.self)))
        }
    }
}

/// What a search found.
struct TakenFeeds: Sendable {
    let names: [FeedName]
    /// Behind which feed it goes on; `nil` where it is at its end.
    let next: String?
}
