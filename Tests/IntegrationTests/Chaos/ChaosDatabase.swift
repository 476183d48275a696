import Feeds
import SQLite

/// What the bridge's database holds at the end of a chaos run.
struct ChaosDatabase {
    struct Row {
        let position: LogPosition
        let sequence: Int64
        let feed: String
        let id: String
        let body: String
        let isRead: Bool
    }

    /// That something of a feed was marked as read.
    struct Read {
        let position: LogPosition
        let feed: String
    }

    /// Ordered by position.
    let rows: [Row]
    let reads: [Read]
    /// The positions of the log at which there is no notification any more.
    let danglingPositions: [LogPosition]
    let quarantined: Set<String>
}

extension ChaosDatabase {
    init(_ connection: SQLiteConnection) throws {
        var (rows, dangling): ([Row], [LogPosition]) = ([], [])
        let log = try connection.prepare(
            """
            SELECT log.pos, n.seq, n.feed, n.id, n.body, n.read_at
            FROM log LEFT JOIN notifications n ON n.seq = log.notification WHERE log.kind = 1 ORDER BY log.pos
            """)
        while try log.step() {
            if log.isNull(1) {
                dangling.append(log.int64(0))
            } else {
                rows.append(
                    Row(
                        position: log.int64(0), sequence: log.int64(1), feed: log.string(2), id: log.string(3),
                        body: log.string(4), isRead: !log.isNull(5)))
            }
        }
        var reads: [Read] = []
        let changes = try connection.prepare(
            "SELECT log.pos, f.name FROM log JOIN feeds f ON f.id = log.feed WHERE log.kind = 2 ORDER BY log.pos")
        while try changes.step() { reads.append(Read(position: changes.int64(0), feed: changes.string(1))) }
        var quarantined: Set<String> = []
        let entries = try connection.prepare("SELECT entry FROM quarantine")
        while try entries.step() { quarantined.insert(entries.string(0)) }
        self.init(rows: rows, reads: reads, danglingPositions: dangling, quarantined: quarantined)
    }

    /// The position of the last that streams of each feed are told.
    func lastPositions(_ feeds: ChaosFeeds) -> [LogPosition] {
        var positions = [LogPosition](repeating: 0, count: feeds.all.count)
        for row in rows { if let entry = feeds.entry(text: row.body) { positions[entry.feed] = row.position } }
        for read in reads {
            guard let feed = feeds.index(of: read.feed) else { continue }
            positions[feed] = max(positions[feed], read.position)
        }
        return positions
    }

    /// How much is stored or quarantined.
    static func count(_ connection: SQLiteConnection) throws -> Int {
        Int(
            try connection.scalarInt(
                "SELECT (SELECT count(*) FROM notifications) + (SELECT count(DISTINCT entry) FROM quarantine)") ?? 0)
    }
}
