import Feeds
import HTTP
import Redis
import SQLite
import Testing

/// The bridge dies between two steps of a delivery, and comes back on the same data.
///
/// The entries have no ids, so nothing but the stored position keeps one from being taken in twice.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct CrashWindowTests {
    /// The moments, each at its first and at its third time.
    static let windows = ["lowered", "read", "written", "committed", "queued", "sent"].flatMap {
        ["\($0):1", "\($0):3"]
    }

    /// Each moment twice, in a trial each thrice, the last time with a writer that trims.
    static let strikes =
        windows.filter { isTrial || $0.hasSuffix(":1") }.map { ($0, false) }
        + windows.filter { $0.hasSuffix(":3") }.map { ($0, true) }

    @Test(arguments: strikes)
    func `a bridge that dies in between sends each notification once, before or after`(
        window: String, trimming: Bool
    ) throws {
        let scene = try Scene()
        if trimming { try scene.beginTrimming() }
        let known = scene.pushed.count
        try scene.bridge.start(faults: ["FAULT_POINT": window])
        let first = try scene.bridge.stream("feed=user:42&since=now")
        try first.untilLive()
        try scene.pushUntilDeath()
        let before = try first.notificationsUntilBreak()
        for _ in 0..<3 { try scene.push() }

        try scene.bridge.start()
        let second = try scene.bridge.stream("feed=user:42", headers: [("Last-Event-ID", first.lastEventID)])
        try scene.push()
        let after = try second.notifications(scene.pushed.count - known - before.count)
        #expect((before + after).map(\.data) == Array(scene.pushed[known...]))
        try scene.expectStored(asSent: before + after)
        // Nothing of it comes once more.
        try scene.push()
        #expect(try second.notifications(1).map(\.data) == [scene.pushed.last])
    }

    @Test func `a bridge that dies in one window after the other sends each notification once`() throws {
        let scene = try Scene()
        var received: [ReceivedEvent] = []
        var cursor: [(String, String)] = []
        for window in CrashWindowTests.windows {
            try scene.bridge.start(faults: ["FAULT_POINT": window])
            let stream = try scene.bridge.stream("feed=user:42", headers: cursor)
            try scene.pushUntilDeath()
            received += try stream.notificationsUntilBreak()
            // One that died before it sent a cursor leaves the last one standing.
            if !stream.lastEventID.isEmpty { cursor = [("Last-Event-ID", stream.lastEventID)] }
        }
        try scene.bridge.start()
        let stream = try scene.bridge.stream("feed=user:42", headers: cursor)
        received += try stream.notifications(scene.pushed.count - received.count)
        #expect(received.map(\.data) == scene.pushed)
        try scene.expectStored(asSent: received)
        try scene.push()
        #expect(try stream.notifications(1).map(\.data) == [scene.pushed.last])
    }
}

extension CrashWindowTests {
    /// A Redis that outlives the bridge, and a writer that pushes to a watched feed and to one that nobody watches.
    private final class Scene {
        let server: RedisServer
        let bridge: FlagpoleProcess
        private(set) var pushed: [String] = []
        private var isTrimming = false
        private let redis: RedisConnection

        init() throws {
            server = try RedisServer()
            redis = try server.connect()
            bridge = try FlagpoleProcess(
                ["poll": ["sweep_interval_ms": 100], "server": ["backlog_limit": 10_000]], redis: server, starts: false)
        }

        func push() throws {
            pushed.append(#"{"n":\#(pushed.count)}"#)
            for feed in ["user:42", "user:7"] {
                try redis.push([pushed[pushed.count - 1]], to: feed)
                if isTrimming { try redis.command("LTRIM", "notifications:\(feed)", "-200", "-1") }
            }
        }

        /// From here on each push shifts the lists, which are longer by now than what is kept of them.
        func beginTrimming() throws {
            for _ in 0..<300 { try push() }
            isTrimming = true
            try bridge.start()
            try awaitStored()
            try bridge.stop()
        }

        private func awaitStored() throws {
            let database = try bridge.database()
            try eventually("the sweep") {
                try database.scalarInt("SELECT count(*) FROM notifications") ?? 0 >= 2 * pushed.count
            }
        }

        /// Pushes until the bridge has died by the signal that the fault sends.
        func pushUntilDeath() throws {
            try eventually("the fault") {
                try push()
                return !bridge.isRunning
            }
            #expect(try bridge.wait() == 128 + 9)
        }

        /// Expects the rows of both feeds in order, and the log to have them where the streams were told.
        func expectStored(asSent events: [ReceivedEvent]) throws {
            try awaitStored()
            let database = try bridge.database()
            for feed in ["user:42", "user:7"] {
                #expect(
                    try database.texts("SELECT body FROM notifications WHERE feed = '\(feed)' ORDER BY seq") == pushed)
            }
            let positions = try database.integers(
                """
                SELECT pos FROM log JOIN notifications ON seq = notification
                WHERE kind = 1 AND notifications.feed = 'user:42' ORDER BY seq
                """)
            #expect(positions == positions.sorted())
            #expect(events.map { Cursor($0.id)?.position } == positions.suffix(events.count))
            #expect(try bridge.stream("feed=user:7").untilLive().map(\.data) == pushed)
        }
    }
}

extension EventStreamClient {
    /// The notifications that came whole before the stream broke off, as it must.
    func notificationsUntilBreak() throws -> [ReceivedEvent] {
        var events: [ReceivedEvent] = []
        // The error that says that it broke off is what is waited for.
        while let event = try? next() { events.append(event) }
        guard isAtEnd else { throw HarnessError("the stream has not ended: \(text)") }
        return events.filter { !["welcome", "live", "ping"].contains($0.event) }
    }
}
