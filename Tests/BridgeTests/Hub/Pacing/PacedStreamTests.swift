import Feeds
import Testing

@testable import Bridge

/// Streams whose kinds, or who themselves, have them wait.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct PacedStreamTests {
    private static let kinds = [
        Kind.test("tick") { $0.maxPerSecond = 1 },
        Kind.test("drop") {
            $0.maxPerSecond = 2
            $0.overLimit = .drop
        },
        Kind.test("log") { $0.batch = Kind.Batch(maxCount: 3, maxDelayMilliseconds: 100) },
        Kind.test("order") { $0.batch = Kind.Batch(maxCount: 2, maxDelayMilliseconds: 100, event: "orders") },
        Kind.test("slow") { $0.batch = Kind.Batch(maxCount: 100, maxDelayMilliseconds: 600_000) },
        Kind.test("typing") {
            $0.isEphemeral = true
            $0.maxPerSecond = 1
        },
    ]

    private let store: TestStore

    init() throws { store = try TestStore() }

    private func live(
        _ feeds: [String], _ hub: RunningHub, query: String = "", cursor: String = ""
    ) throws -> StreamTap {
        let stream = try StreamTap(feeds, query: query, cursor: cursor, port: hub.port)
        try stream.untilLive()
        return stream
    }

    // MARK: - max_per_second

    @Test func `the newest that came too soon is sent when the second is over`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            let stream = try live(["tick:1"], hub)
            let began = ContinuousClock.now
            try await hub.commit("tick:1", (1...10).map(String.init), in: store)
            try stream.read { stream.notifications.count == 2 }
            let cursor = stream.notifications[0].id
            #expect(ContinuousClock.now - began >= .seconds(1))
            #expect(stream.notifications.map(\.ids) == [["1"], ["10"]])
            #expect(stream.positions[1] == stream.positions[0] + 9)
            // Before that its cursor was such that it would have come all the same.
            let back = try live(["tick:1"], hub, cursor: cursor)
            #expect(back.notifications.map(\.ids) == [["10"]])
        }
    }

    @Test func `what is dropped from a live stream is not dropped from backlog and replay`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            try await hub.commit("drop:1", ["1", "2", "3", "4"], in: store)
            let stream = try live(["drop:1"], hub)
            #expect(stream.notifications.flatMap(\.ids) == ["1", "2", "3", "4"])
            let cursor = stream.lastEventID
            try await hub.commit("drop:1", ["5", "6", "7", "8"], in: store)
            try await hub.commit("drop:1", ["9"], in: store)
            let back = try live(["drop:1"], hub, cursor: cursor)
            #expect(back.notifications.flatMap(\.ids) == ["5", "6", "7", "8", "9"])
            try stream.drain(waiting: 50)
            #expect(stream.notifications.flatMap(\.ids) == ["1", "2", "3", "4", "5", "6"])
        }
    }

    @Test func `a backlog has the newest of what may come at once`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            try await hub.commit("tick:1", ["1", "2", "3"], in: store)
            try await hub.commit("user:1", ["a", "b"], in: store)
            let stream = try live(["tick:1", "user:1"], hub)
            #expect(stream.notifications.flatMap(\.ids) == ["3", "a", "b"])
            #expect(stream.lastEventID == stream.others["live"]?.last?.id)
        }
    }

    // MARK: - min_interval_ms

    @Test func `a stream asks for less by itself, and others are not held back`() async throws {
        try await RunningHub.run(store) { hub in
            let all = try live(["user:1"], hub)
            let some = try live(["user:1"], hub, query: "min_interval_ms=150")
            try await hub.commit("user:1", ["1", "2", "3"], in: store)
            try all.read { all.notifications.count == 3 }
            try some.read { some.notifications.count == 2 }
            #expect(all.notifications.flatMap(\.ids) == ["1", "2", "3"])
            #expect(some.notifications.flatMap(\.ids) == ["1", "3"] && some.lastEventID == all.lastEventID)
        }
    }

    @Test func `while one feed is held back the cursor stays before it, whatever others send`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            let feeds = ["user:1", "slow:1"]
            let stream = try live(feeds, hub)
            try await hub.commit("user:1", ["a"], in: store)
            try await hub.commit("slow:1", ["x", "y"], in: store)
            try await hub.commit("user:1", ["b"], in: store)
            try await hub.remove("a", from: "user:1")
            try stream.read { stream.notifications.last?.event == "removed" }
            #expect(stream.notifications.map(\.ids) == [["a"], ["b"], ["a"]])
            #expect(Set(stream.positions).count == 1)
            // What was held back comes now, and with it what followed it.
            let back = try live(feeds, hub, cursor: stream.lastEventID)
            #expect(back.notifications.flatMap(\.ids).sorted() == ["a", "b", "x", "y"])
            #expect(back.lastEventID == back.others["live"]?.last?.id)
        }
    }

    @Test func `a removal does not overtake what is held back of its feed`() async throws {
        try await RunningHub.run(store) { hub in
            let stream = try live(["user:1"], hub, query: "min_interval_ms=600000")
            try await hub.commit("user:1", ["1", "2"], in: store)
            try await hub.remove("2", from: "user:1")
            try stream.read { stream.notifications.last?.event == "removed" }
            #expect(stream.notifications.flatMap(\.ids) == ["1", "2", "2"])
        }
    }

    // MARK: - batch

    @Test func `a batch has its notifications and their count, and the cursor after the last of them`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            let stream = try live(["log:1"], hub)
            try await hub.commit("log:1", (1...7).map(String.init), in: store)
            try stream.read { stream.notifications.count == 3 }
            #expect(stream.notifications.map(\.ids) == [["1", "2", "3"], ["4", "5", "6"], ["7"]])
            #expect(stream.notifications[0].data == #"{"batch":[{"id":"1"},{"id":"2"},{"id":"3"}],"count":3}"#)
            #expect(stream.notifications[2].data == #"{"batch":[{"id":"7"}],"count":1}"#)
            #expect(stream.positions == [3, 6, 7].map { stream.positions[0] - 3 + $0 })
            // The cursor is no other for one who comes back to it.
            let back = try live(["log:1"], hub, cursor: stream.notifications[0].id)
            #expect(back.notifications.map(\.ids) == [["4", "5", "6"], ["7"]])
        }
    }

    @Test func `a batch has the name that its kind gives it, live and from the database`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            let stream = try live(["order:1", "log:1"], hub, query: "envelope=0")
            try await hub.commit("order:1", ["1", "2", "3"], in: store)
            try await hub.commit("log:1", ["4", "5", "6"], in: store)
            try stream.read { stream.notifications.count == 3 }
            let late = try live(["order:1", "log:1"], hub, query: "envelope=0")
            for stream in [stream, late] {
                let named = stream.notifications.map { "\($0.event) \($0.ids.joined())" }.sorted()
                #expect(named == ["message 456", "orders 12", "orders 3"])
            }
        }
    }

    @Test func `with several feeds the notifications of a batch have their envelopes`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            try await hub.commit("log:1", ["1", "2"], in: store)
            let stream = try live(["user:1", "log:1"], hub)
            #expect(stream.notifications.map(\.ids) == [["1", "2"]])
            let data = stream.notifications[0].data
            #expect(
                data.hasPrefix(#"{"batch":[{"feed":"log:1","id":"1","replay":true,"#)
                    && data.hasSuffix(#"],"count":2}"#))
        }
    }

    @Test func `a batch that is not full comes to whoever comes back`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            let stream = try live(["slow:1"], hub)
            let cursor = stream.lastEventID
            try await hub.commit("slow:1", ["1", "2"], in: store)
            try stream.drain(waiting: 50)
            #expect(stream.notifications.isEmpty && stream.lastEventID == cursor)
            let back = try live(["slow:1"], hub, cursor: cursor)
            #expect(back.notifications.map(\.ids) == [["1", "2"]])
        }
    }

    @Test func `streams that came at different times have batches of their own`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            let first = try live(["log:1"], hub)
            hub.holdCommits()
            try await hub.commit("log:1", ["1", "2"], in: store)
            let second = try live(["log:1"], hub, query: "since=now")
            hub.releaseCommits()
            try await hub.commit("log:1", ["3", "4", "5"], in: store)
            for stream in [first, second] { try stream.read { stream.notifications.last?.ids.last == "5" } }
            #expect(first.notifications.map(\.ids) == [["1", "2", "3"], ["4", "5"]])
            #expect(second.notifications.map(\.ids) == [["3", "4", "5"]])
        }
    }

    // MARK: - ephemeral

    @Test func `a limit holds for what is stored nowhere, too`() async throws {
        try await RunningHub.run(store, kinds: Self.kinds) { hub in
            let stream = try live(["typing:1"], hub)
            let cursor = stream.lastEventID
            try await hub.pass("typing:1", [#"{"id":"1"}"#, #"{"id":"2"}"#, #"{"id":"3"}"#])
            try stream.read { stream.notifications.count == 2 }
            #expect(stream.notifications.flatMap(\.ids) == ["1", "3"] && stream.lastEventID == cursor)
        }
    }
}
