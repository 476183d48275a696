import Feeds
import HTTPServer
import JSON
import Logging
import Reactor
import SQLite

/// The thread that reads for streams: backlog, replay and unread counts, on a connection that cannot write.
actor StoreReader {
    nonisolated let executor = BlockingExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let path: String
    private let epoch: String
    private let telemetry: Telemetry
    private let limits: StreamReading.Limits
    private var reading: StreamReading?
    private var isClosed = false
    /// When the database is tried again; never unless it could not be read.
    private var nextTrial = MonotonicTime.distantFuture
    private static let trialInterval: Milliseconds = 1000

    init(path: String, epoch: String, limits: StreamReading.Limits, telemetry: Telemetry) {
        self.path = path
        self.epoch = epoch
        self.limits = limits
        self.telemetry = telemetry
    }

    /// Answers queries in order.
    ///
    /// They are read in parts of at most 64, each in one transaction, so that a crowd's first need not wait for its
    /// last. Equal queries of a part, as of a crowd that joins one feed, are read once. `reply` gets each part's answers,
    /// `nil` where the database failed; it is called on the reader's thread.
    func answer(
        _ queries: [(ConnectionID, StreamQuery)], reply: @Sendable ([(ConnectionID, StreamPage?)]) -> Void
    ) {
        for start in stride(from: 0, to: queries.count, by: 64) {
            let part = queries[start..<min(start + 64, queries.count)]
            let pages = read(part.map(\.1))
            reply(zip(part, pages).map { ($0.0, $1) })
        }
    }

    /// A page of a feed's history as JSON.
    func history(_ query: HistoryQuery) throws -> [UInt8] {
        try withReading { try $0.history(query) }
    }

    /// A feed's unread count.
    func unread(_ feed: FeedName) throws -> Int {
        try withReading { try $0.unreadCount(feed) }
    }

    /// Whether a stream that comes back has nothing to come back for.
    func isOver(_ query: StreamQuery) throws -> Bool {
        try withReading { try $0.isOver(query) }
    }

    /// What was set aside as JSON, the newest first.
    func quarantine(limit: Int) throws -> [UInt8] {
        try withReading { try $0.quarantine(limit: limit) }
    }

    /// Tries a database that could not be read, and returns when to try again: nobody may ask for anything while it counts
    /// as failed.
    func turn(_ now: MonotonicTime) -> MonotonicTime {
        if now >= nextTrial { _ = try? withReading { try $0.logEnds() } }
        return nextTrial
    }

    private func read(_ queries: [StreamQuery]) -> [StreamPage?] {
        (try? withReading { try $0.pages(queries) }) ?? queries.map { _ in nil }
    }

    /// Opens the database where it is not open, and closes it after a failure.
    private func withReading<T>(_ body: (StreamReading) throws -> T) throws -> T {
        guard !isClosed else { throw StoreError.closed }
        do {
            let reading = try self.reading ?? StreamReading(path: path, epoch: epoch, limits: limits)
            self.reading = reading
            let result = try body(reading)
            if nextTrial != .distantFuture { telemetry.readiness.set(.database, for: .reading, nil) }
            nextTrial = .distantFuture
            return result
        } catch let error as UnknownNotification {
            throw error
        } catch {
            if let error = error as? SQLiteError { telemetry.sqliteFailed(error) }
            telemetry.readiness.set(.database, for: .reading, "\(DatabaseFailure(error))")
            nextTrial = .now + Self.trialInterval
            reading = nil
            throw error
        }
    }

    /// Closes the database for good: what is still asked for is refused.
    func close() {
        isClosed = true
        nextTrial = .distantFuture
        reading = nil
    }
}
