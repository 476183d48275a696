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
    private let telemetry: Telemetry
    private let limits: StreamReading.Limits
    private var reading: StreamReading?
    private var hasFailed = false

    init(path: String, limits: StreamReading.Limits, telemetry: Telemetry) {
        self.path = path
        self.limits = limits
        self.telemetry = telemetry
    }

    /// Answers queries in order.
    ///
    /// Equal ones that came together, such as a crowd's that joins one feed, are read once.
    ///
    /// `reply` gets each answer, `nil` where the database failed; it is called on the reader's thread.
    func answer(_ queries: [(ConnectionID, StreamQuery)], reply: ([(ConnectionID, StreamPage?)]) -> Void) {
        var known: [StreamQuery: StreamPage] = [:]
        var answers: [(ConnectionID, StreamPage?)] = []
        for (id, query) in queries {
            if let page = known[query] {
                answers.append((id, page))
            } else {
                let page = read(query)
                known[query] = page
                answers.append((id, page))
            }
            // A crowd's first need not wait for its last.
            if answers.count == 64 {
                reply(answers)
                answers.removeAll(keepingCapacity: true)
            }
        }
        if !answers.isEmpty { reply(answers) }
    }

    private func read(_ query: StreamQuery) -> StreamPage? {
        do {
            let reading = try self.reading ?? StreamReading(path: path, limits: limits)
            self.reading = reading
            let page = try reading.page(query)
            if hasFailed { telemetry.readiness.set(.database, nil) }
            hasFailed = false
            return page
        } catch {
            if let error = error as? SQLiteError { telemetry.sqliteFailed(error) }
            hasFailed = true
            reading = nil
            return nil
        }
    }

    func close() {
        reading = nil
    }
}
