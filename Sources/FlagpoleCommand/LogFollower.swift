import Bridge
import Feeds
import HTTP
import SQLite

/// Follows all feeds: reads the database's log along as the bridge writes it, and holds a stream open so that feeds are
/// watched.
struct LogFollower {
    /// How often to look.
    private static let interval = Duration.milliseconds(250)
    /// How many log entries are read at a time.
    private static let entriesPerStep = 500

    private let database: DatabaseFile
    private let address: ServerAddress
    private var printer: NotificationPrinter
    private var discovery: FeedDiscovery
    private var position: LogPosition
    private var watched: [FeedName] = []
    /// Whether the bridge will never answer with a stream.
    private var isRefused = false
    /// Why there is no stream at the moment.
    private var trouble = ""

    /// Begins with what is stored from now on.
    init(_ configuration: Configuration, _ address: ServerAddress, _ printer: NotificationPrinter) throws(CommandError)
    {
        database = try DatabaseFile(of: configuration)
        position = try database.use { try $0.scalarInt("SELECT last FROM bridge") ?? 0 }
        discovery = FeedDiscovery(configuration)
        self.address = address
        self.printer = printer
    }

    /// Follows until enough was printed.
    mutating func run() throws(CommandError) {
        while true {
            let found = discovery.next(after: watched)
            watched += found
            do throws(CommandError) {
                guard try holdStream() else { return }
            } catch {
                if isRefused { throw error }
                // It is tried again every second, and said once.
                if "\(error)" != trouble { Terminal.error.note("\(error); what is stored is shown all the same") }
                trouble = "\(error)"
                guard try printNews(waiting: 4) else { return }
            }
        }
    }

    /// Watches the feeds found so far until there are more, or the stream ends; false once enough was printed.
    private mutating func holdStream() throws(CommandError) -> Bool {
        guard !watched.isEmpty else { return try printNews(waiting: 1) }
        let request = StreamSubscription(feeds: watched, isRaw: false, isSinceNow: true)
        let socket = try ClientSocket(to: address)
        guard socket.send(request.request(to: address, lastEventID: "")) else {
            throw .failure("\(address) closed the connection")
        }
        try expectStream(socket)
        trouble = ""
        Terminal.error.note("watching \(watched.count) \(watched.count == 1 ? "feed" : "feeds")")
        while true {
            // What the stream says, the database has said before.
            if case .closed = socket.receive(within: Self.interval) { throw .failure("the stream was cut") }
            guard try printNews(waiting: 0) else { return false }
            let found = discovery.next(after: watched)
            watched += found
            if !found.isEmpty { return true }
        }
    }

    /// Waits for the head of the answer, which has to be a stream's.
    private mutating func expectStream(_ socket: borrowing ClientSocket) throws(CommandError) {
        var response = HTTPResponseParser()
        while true {
            guard case .bytes(let bytes) = socket.receive(within: .seconds(10)) else {
                throw .failure("\(address) does not answer")
            }
            bytes.withUnsafeBytes { response.append($0) }
            guard case .head(let status, _)? = try? response.next() else { continue }
            guard status.code != 200 else { return }
            // What is wrong with the request stays wrong; a server's fault may pass.
            isRefused = status.code < 500
            throw .failure(status.refusal([]))
        }
    }

    /// Prints what was stored since; false once enough was printed.
    private mutating func printNews(waiting intervals: Int) throws(CommandError) -> Bool {
        for _ in 0..<intervals { Self.interval.sleep() }
        var count = Self.entriesPerStep
        while count == Self.entriesPerStep {
            let news = try news()
            count = news.count
            for item in news {
                position = item.position
                guard printer.show(item.body, id: item.id, of: item.feed) else { return false }
            }
        }
        return true
    }

    private func news() throws(CommandError) -> [(position: LogPosition, feed: String, id: String, body: String)] {
        guard !database.connection.hasMoved else {
            throw .failure("the database is no longer the one that was opened; begin again")
        }
        return try database.use { connection in
            let statement = try connection.prepare(
                """
                SELECT log.pos, n.feed, n.id, n.body FROM log JOIN notifications n ON n.seq = log.notification
                WHERE log.pos > ? AND log.kind = 1 ORDER BY log.pos LIMIT \(Self.entriesPerStep)
                """)
            statement.bind(1, position)
            var news: [(LogPosition, String, String, String)] = []
            while try statement.step() {
                news.append((statement.int64(0), statement.string(1), statement.string(2), statement.string(3)))
            }
            return news
        }
    }
}
