import Feeds
import Reactor
import SQLite
import Testing

@testable import Bridge

/// Lists of more entries than are read at a time.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct LongListPollingTests {
    private let redis: RedisServer
    private let store: TestStore
    private let list = "notifications:user:1"

    init() throws {
        redis = try RedisServer()
        store = try TestStore()
    }

    private func push(_ numbers: Range<Int>) throws {
        redis.connection.append(["RPUSH", list] + numbers.map { #"{"n":\#($0)}"# })
        _ = try redis.connection.readReply()
        try redis.command("SET", "user:1:has_new_notification", "1")
    }

    /// Has a list of 6000 entries without ids taken in, does something to it, and expects that what is then new is stored, and nothing
    /// else.
    private func check(_ new: Range<Int>, _ change: () throws -> Void) async throws {
        try await DrivenPoller.run(Configuration(), redis, store) { poller in
            try push(0..<6000)
            await poller.poller.watch([try FeedName(of: "user:1")])
            try await poller.pass(2, each: 1000)
            try change()
            try await poller.pass(2, each: 1000)
        }
        let rows = try store.connect().prepare("SELECT body FROM notifications ORDER BY seq")
        var bodies: [String] = []
        while try rows.step() { bodies.append(rows.string(0)) }
        #expect(bodies.count == 6000 + new.count && bodies == (Array(0..<6000) + new).map { #"{"n":\#($0)}"# })
    }

    @Test(arguments: [5997, 5990, 5744, 3])
    func `an entry that is removed brings none of the others again`(removed: Int) async throws {
        try await check(6000..<6001) {
            try redis.command("LREM", list, "1", #"{"n":\#(removed)}"#)
            try push(6000..<6001)
        }
    }

    @Test func `what is pushed with a trim each, more than is read at a time, is stored once`() async throws {
        try await check(6000..<11_000) {
            try push(6000..<11_000)
            try redis.command("LTRIM", list, "-6000", "-1")
        }
    }

    @Test func `of a list that was trimmed to less than is known only the rest is new`() async throws {
        try await check(6000..<11_000) {
            try push(6000..<11_000)
            try redis.command("LTRIM", list, "-5002", "-1")
        }
    }

    @Test func `a list that is read whole again has its bad entries set aside once`() async throws {
        func raise() throws { try redis.command("SET", "user:1:has_new_notification", "1") }
        let quarantined = { try self.store.connect().scalarInt("SELECT count(*) FROM quarantine") }
        try await DrivenPoller.run(Configuration(), redis, store) { poller in
            redis.connection.append(
                ["RPUSH", list, "bad 1"] + (0..<600).map { #"{"id":\#($0)}"# } + ["bad 2", #"{"id":600}"#])
            _ = try redis.connection.readReply()
            try raise()
            await poller.poller.watch([try FeedName(of: "user:1")])
            try await poller.pass(2, each: 1000)
            #expect(try quarantined() == 2)
            for number in 700..<703 {
                // Without the last known entry nothing tells where the known part ends.
                try redis.command("RPOP", list)
                try redis.command("RPUSH", list, #"{"id":\#(number)}"#)
                try raise()
                try await poller.pass(2, each: 1000)
            }
            #expect(try quarantined() == 2)
            // Of exactly as much as is taken at a time, twice: no reading says that the end was reached.
            try redis.command("RPOP", list)
            try redis.command("LTRIM", list, "-511", "-1")
            try redis.command("RPUSH", list, #"{"id":703}"#)
            try raise()
            try await poller.pass(2, each: 1000)
            #expect(try redis.command("LLEN", list).integer == 512 && quarantined() == 2)
            // Pushed again, it is another one.
            try redis.command("RPUSH", list, "bad 2")
            try raise()
            try await poller.pass(2, each: 1000)
            #expect(try quarantined() == 3)
        }
        #expect(try store.connect().scalarInt("SELECT count(*) FROM notifications") == 605)
    }
}
