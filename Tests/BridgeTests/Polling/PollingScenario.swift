import Feeds
import Reactor
import Redis
import TestSupport
import Testing

@testable import Bridge

/// Some feeds, their writers and their flags; some of the feeds are watched.
struct PollingScenario {
    /// How a writer says that there is news.
    private enum Signal: CaseIterable { case after, before, together, early, ofAnotherType }

    private static let raised = ["1", "true", "00", " ", "no", "False", "2026-01-02T03:04:05Z"]
    private static let resting = ["0", "false", ""]

    private let redis: RedisServer
    private let store: TestStore
    private let operations: [ListWriter.Operation]
    private var random: SeededGenerator
    private var writers: [ListWriter] = []
    private var watched: Set<Int> = []
    /// Flags that say no, with their values: they are nobody's news, and nobody's to lower.
    private var restingFlags: [Int: String] = [:]
    private var flagsOfAnotherType: Set<Int> = []
    private var clockSettings: Int64 = 0

    /// Calls `body` with the scenario, and checks all that was stored in the end.
    static func run(
        _ settings: Configuration, _ operations: [ListWriter.Operation], seed: UInt64,
        _ body: (inout PollingScenario, inout DrivenPoller) async throws -> Void
    ) async throws {
        var scenario = try PollingScenario(operations, seed: seed)
        var settings = settings
        settings.kinds.append(try Self.jobs())
        try await DrivenPoller.run(settings, scenario.redis, scenario.store) { poller in
            // The first sweep finds nothing.
            try await poller.turn(1)
            try await body(&scenario, &poller)
            for index in scenario.writers.indices { try scenario.check(index) }
            try scenario.checkLog()
        }
    }

    private init(_ operations: [ListWriter.Operation], seed: UInt64) throws {
        self.operations = operations
        random = SeededGenerator(seed: seed)
        let redis = try RedisServer()
        self.redis = redis
        store = try TestStore()
        writers =
            try (1...3).map { try ListWriter("user:\($0)", list: "notifications:user:\($0)", redis) }
            + (1...2).map { try ListWriter("job:\($0)", list: "job:\($0):progress", redis) }
    }

    private static func jobs() throws -> Kind {
        guard let list = KeyTemplate("job:{id}:progress"), let flag = KeyTemplate("job:{id}:has_progress") else {
            throw TestError("the templates are wrong")
        }
        return Kind(name: "job", list: list, flag: flag, pollIntervalMilliseconds: 200)
    }

    // MARK: - Steps

    /// A writer does something and raises the flag; a feed that is watched is then up to date.
    mutating func stepWithFlag(_ poller: inout DrivenPoller) async throws {
        try await begin(&poller)
        await setClock(poller)
        let index = writers.indices.any(&random)
        let signal = Signal.allCases.any(&random)
        if signal == .early {
            try raise(index)
            try await poller.pass(1, each: 1000)
        }
        if signal == .before { try raise(index) }
        if signal == .together { try redis.command("MULTI") }
        try write(index)
        if signal == .after || signal == .together { try raise(index) }
        if signal == .together { try redis.command("EXEC") }
        if signal == .ofAnotherType { try spoilFlag(index) }
        try await disturb(&poller)
        // Flags of another type are looked for every ten seconds, and the feed may move to other flags meanwhile.
        try await poller.pass(signal == .ofAnotherType ? 24 : 3, each: 1000)
        for index in watched { writers[index].wasRead() }
        try check(index)
    }

    /// A writer does something and raises no flag; after a comparison and a sweep all feeds are up to date.
    mutating func stepWithoutFlag(_ poller: inout DrivenPoller) async throws {
        try await begin(&poller)
        await setClock(poller)
        let index = writers.indices.any(&random)
        try write(index)
        try await disturb(&poller)
        try await poller.pass(12, each: 50)
        for index in writers.indices { writers[index].wasRead() }
        try check(index)
    }

    /// Streams come and go, and flags are put to rest.
    private mutating func begin(_ poller: inout DrivenPoller) async throws {
        if watched.isEmpty || random.isTrue(oneIn: 4) {
            let index = writers.indices.any(&random)
            if watched.remove(index) != nil {
                await poller.poller.unwatch([writers[index].feed])
            } else {
                watched.insert(index)
                await poller.poller.watch([writers[index].feed])
                // It is read at once, so that a flag which is raised now is raised with nothing new.
                try await poller.pass(1, each: 1000)
                writers[index].wasRead()
            }
        }
        if random.isTrue(oneIn: 4) {
            let index = writers.indices.any(&random)
            let value = Self.resting.any(&random)
            try redis.command("SET", flag(index), value)
            flagsOfAnotherType.remove(index)
            restingFlags[index] = value
        }
    }

    /// The wall clock is set forward or back, by less than the retention, and housekeeping goes by it.
    private mutating func setClock(_ poller: DrivenPoller) async {
        guard random.isTrue(oneIn: 4) else { return }
        clockSettings += 1
        poller.running.setClock(aheadBy: Int64.random(in: -10 * 86_400_000...10 * 86_400_000, using: &random))
        _ = await poller.running.writer.turn(.now + Milliseconds(clockSettings * 3_600_000))
    }

    private mutating func write(_ index: Int) throws {
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            try writers[index].perform(operations.any(&random), &random, store)
        }
    }

    /// The connection is lost, or the database fails for a while.
    private mutating func disturb(_ poller: inout DrivenPoller) async throws {
        if random.isTrue(oneIn: 10) { try redis.command("CLIENT", "KILL", "TYPE", "normal") }
        guard random.isTrue(oneIn: 10) else { return }
        let application = try store.connect()
        try application.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON notifications BEGIN SELECT RAISE(ABORT, 'poisoned'); END")
        try await poller.turn(8)
        try application.execute("DROP TRIGGER poison")
        // Longer than the store is left alone after a failure.
        try await poller.pass(1, each: 6000)
    }

    // MARK: - Flags

    private func flag(_ index: Int) -> String {
        let feed = writers[index].feed
        return feed.kind == "user" ? "user:\(feed.id):has_new_notification" : "job:\(feed.id):has_progress"
    }

    private mutating func raise(_ index: Int) throws {
        try redis.command("SET", flag(index), Self.raised.any(&random))
        restingFlags[index] = nil
        flagsOfAnotherType.remove(index)
    }

    private mutating func spoilFlag(_ index: Int) throws {
        try redis.command("DEL", flag(index))
        try redis.command("RPUSH", flag(index), "1")
        restingFlags[index] = nil
        flagsOfAnotherType.insert(index)
    }

    // MARK: - What must be so

    private func check(_ index: Int) throws {
        let writer = writers[index]
        try #require(rows("SELECT body FROM notifications WHERE feed = ? ORDER BY seq", writer) == writer.stored)
        try #require(rows("SELECT entry FROM quarantine WHERE feed = ? ORDER BY seq", writer) == writer.setAside)
        guard !flagsOfAnotherType.contains(index) else {
            #expect(try redis.command("TYPE", flag(index)).string == "list")
            return
        }
        let value = try redis.command("GET", flag(index))
        if let resting = restingFlags[index] {
            #expect(value.kind == .string && value.string == resting)
        } else if watched.contains(index) {
            #expect(value.kind == .nil)
        }
    }

    /// Every notification has one place in the log, in the order in which it was stored.
    private func checkLog() throws {
        let statement = try store.connect().prepare("SELECT notification FROM log WHERE kind = 1 ORDER BY pos")
        var last: Int64 = 0
        while try statement.step() {
            #expect(statement.int64(0) > last)
            last = statement.int64(0)
        }
        let unlogged = "SELECT count(*) FROM notifications WHERE seq NOT IN (SELECT notification FROM log)"
        #expect(try store.connect().scalarInt(unlogged) == 0)
    }

    private func rows(_ sql: String, _ writer: ListWriter) throws -> [String] {
        let statement = try store.connect().prepare(sql)
        statement.bind(1, writer.feed.text)
        var rows: [String] = []
        while try statement.step() { rows.append(statement.string(0)) }
        return rows
    }
}
