import HTTPServer
import Logging
import Reactor
import Redis
import SQLite
import Synchronization

/// What the bridge tells its operator: log, metrics and readiness.
///
/// Shared by all threads.
final class Telemetry: Sendable {
    let logger: Logger
    let metrics = Metrics()
    let readiness = Readiness()

    let streams: Gauge
    let connections: Gauge
    let watchedFeeds: Gauge
    let tickSeconds: Histogram
    let tickLateness: Histogram
    let entriesRead: Counter
    let entriesStored: Counter
    let entriesDuplicate: Counter
    let entriesQuarantined: Counter
    let entriesScheduled: Counter
    let entriesExpired: Counter
    let eventsSent: Counter
    let flagsLowered: Counter
    let broadcasts: Counter
    let requestsLimited: Counter
    let entriesPublished: Counter
    let notificationsPurged: Counter
    let notificationsRuledOut: Counter
    let entriesEphemeral: Counter
    let entriesDiscarded: Counter
    private let tickAge: Gauge
    private let lastTick = Atomic<Int64>(MonotonicTime.now.nanoseconds)

    init(_ logger: Logger) {
        self.logger = logger
        streams = metrics.gauge("flagpole_streams", help: "Event streams that are open.")
        connections = metrics.gauge("flagpole_connections", help: "Connections that are open, streams included.")
        watchedFeeds = metrics.gauge("flagpole_watched_feeds", help: "Feeds that at least one stream is open for.")
        tickSeconds = metrics.histogram(
            "flagpole_tick_seconds", help: "How long a tick took to look at the flags of one interval.",
            buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
        tickLateness = metrics.histogram(
            "flagpole_tick_lateness_seconds", help: "How much later than due a tick began.",
            buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
        tickAge = metrics.gauge("flagpole_last_tick_age_seconds", help: "How long ago the poll loop last turned.")
        entriesRead = metrics.counter("flagpole_entries_read_total", help: "Entries read from lists.")
        let entries = "What became of entries that were read or published."
        func entry(_ result: String, _ metrics: Metrics) -> Counter {
            metrics.counter("flagpole_entries_total", help: entries, labels: [("result", result)])
        }
        entriesStored = entry("stored", metrics)
        entriesDuplicate = entry("duplicate", metrics)
        entriesQuarantined = entry("quarantined", metrics)
        entriesScheduled = entry("scheduled", metrics)
        entriesExpired = entry("expired", metrics)
        entriesPublished = entry("published", metrics)
        notificationsPurged = metrics.counter(
            "flagpole_notifications_purged_total", help: "Notifications removed by age, or beyond what a kind keeps.")
        notificationsRuledOut = metrics.counter(
            "flagpole_notifications_ruled_out_total",
            help: "Notifications that one stream did not get, since too many came for its rules.")
        entriesEphemeral = entry("ephemeral", metrics)
        entriesDiscarded = entry("discarded", metrics)
        eventsSent = metrics.counter("flagpole_events_sent_total", help: "Events handed to streams.")
        flagsLowered = metrics.counter("flagpole_flags_lowered_total", help: "Flags that were up and were lowered.")
        broadcasts = metrics.counter(
            "flagpole_broadcasts_total", help: "Broadcast events that were raised by their flags.")
        requestsLimited = metrics.counter(
            "flagpole_requests_limited_total", help: "Requests refused since their address, key or token sent too many."
        )
        for refusal in StreamRefusal.allCases { _ = streamsRefused(refusal.rawValue) }
        for closing in ConnectionClosing.allCases { _ = connectionsClosed(closing.rawValue) }
        for rule in WithholdingRule.allCases { count([rule: 0]) }
        _ = redisErrors("unreachable")
        _ = metrics.counter("flagpole_sqlite_errors_total", help: Telemetry.sqliteHelp, labels: [("code", "5")])
    }

    /// Streams that were told to come back later.
    func streamsRefused(_ reason: String) -> Counter {
        metrics.counter(
            "flagpole_streams_refused_total", help: "Streams told to come back later, by reason.",
            labels: [("reason", reason)])
    }

    private func connectionsClosed(_ reason: String) -> Counter {
        metrics.counter(
            "flagpole_connections_closed_total", help: "Connections closed for what they did not do, by reason.",
            labels: [("reason", reason)])
    }

    /// Counts what became of requests and connections.
    func count(_ outcomes: ConnectionOutcomes) {
        for (status, count) in outcomes.responses {
            metrics.counter(
                "flagpole_http_responses_total", help: "Responses by status code, streams among them.",
                labels: [("status", String(status))]
            ).add(count)
        }
        for (closing, count) in outcomes.closings { connectionsClosed(closing.rawValue).add(count) }
    }

    /// Runs of generators with this result.
    func generatorRuns(_ result: String) -> Counter {
        metrics.counter(
            "flagpole_generator_runs_total", help: "Runs of generators, by what became of their output.",
            labels: [("result", result)])
    }

    /// Counts what rules kept from being sent.
    func count(_ withheld: [WithholdingRule: Int]) {
        for (rule, count) in withheld {
            metrics.counter(
                "flagpole_notifications_withheld_total", help: "Notifications stored and not sent, by the kind's rule.",
                labels: [("rule", rule.rawValue)]
            ).add(count)
        }
    }

    /// Errors of one kind that Redis, or the way to it, answered with.
    func redisErrors(_ kind: String) -> Counter {
        metrics.counter("flagpole_redis_errors_total", help: "Errors from Redis, by kind.", labels: [("kind", kind)])
    }

    func sqliteFailed(_ error: SQLiteError) {
        metrics.counter(
            "flagpole_sqlite_errors_total", help: Telemetry.sqliteHelp,
            labels: [("code", String(error.code.primary.rawValue))]
        ).add()
    }

    private static let sqliteHelp = "Errors from SQLite, by primary result code."

    /// Notes that the poll loop turned.
    func ticked(_ now: MonotonicTime) {
        lastTick.store(now.nanoseconds, ordering: .relaxed)
    }

    /// How long ago the poll loop last turned, in seconds.
    var secondsSinceTick: Double {
        MonotonicTime.now.seconds(since: MonotonicTime(nanoseconds: lastTick.load(ordering: .relaxed)))
    }

    /// The metrics as Prometheus reads them.
    func render() -> [UInt8] {
        tickAge.set(secondsSinceTick)
        return metrics.render()
    }
}

/// Why the bridge cannot do its work at the moment, if so.
final class Readiness: Sendable {
    enum Part: String, CaseIterable, Sendable {
        case redis, database, lease, draining
    }

    /// What a part is used for, where some uses may fail while others do not.
    enum Use: CaseIterable, Sendable {
        case all, storing, reading, housekeeping
    }

    private struct Place: Hashable {
        let part: Part
        let use: Use
    }

    private let reasons = Mutex<[Place: String]>([:])

    /// Notes why a part is not ready for a use, or that it is (`nil`).
    func set(_ part: Part, for use: Use = .all, _ reason: String?) {
        reasons.withLock { $0[Place(part: part, use: use)] = reason }
    }

    /// The reasons, one for each part that is not ready, in a fixed order.
    var all: [(part: Part, reason: String)] {
        reasons.withLock { reasons in
            Part.allCases.compactMap { part in
                let found = Use.allCases.compactMap { reasons[Place(part: part, use: $0)] }
                return found.first.map { (part, $0) }
            }
        }
    }
}
