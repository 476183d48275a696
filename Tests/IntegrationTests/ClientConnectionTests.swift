import Foundation
import JSON
import Testing

/// What an inbox of `flagpole.js` sees of the world beyond its browser.
@Suite(.serialized, .timeLimit(.minutes(4)), .enabled(if: isTrial, "browsers take their time"))
struct ClientConnectionTests {
    private static func entries(_ ids: some Sequence<String>) -> [String] { ids.map { #"{"id":"\#($0)"}"# } }

    private func live(_ browser: PageBrowser, _ bridge: FlagpoleProcess, _ count: Int = 2) throws -> [ClientTab] {
        let tabs = try (0..<count).map { _ in try ClientTab(browser, bridge) }
        for tab in tabs { try tab.waitUntilLive() }
        return tabs
    }

    @Test func `tabs outlive restarts, crashes and a long absence of the bridge, and miss nothing`() throws {
        let redis = try RedisServer()
        let port = try LoopbackSocket.unusedPort()
        let bridge = try FlagpoleProcess(["server": ["port": port]], redis: redis)
        let browser = try PageBrowser()
        let tabs = try live(browser, bridge, 3)
        var ids = ["before"]
        try redis.connect().push(Self.entries(ids), to: "user:42")
        for tab in tabs { #expect(try tab.wait(for: ids)) }
        let absences = [("stopped", 0.0), ("killed", 0.0), ("away", 60.0)]
        for (name, seconds) in absences {
            if name == "stopped" { try bridge.stop() } else { bridge.kill() }
            for tab in tabs { try eventually("an offline tab") { try tab.state() != "live" } }
            ids.append(name)
            try redis.connect().push(Self.entries([name]), to: "user:42")
            let away = Date(timeIntervalSinceNow: seconds)
            try eventually("its return", within: .seconds(90)) { away.timeIntervalSinceNow < 0 }
            try bridge.start()
            for tab in tabs { #expect(try tab.wait(for: ids, within: .seconds(40))) }
        }
        ids.append("after")
        for tab in tabs { try tab.waitUntilLive() }
        try redis.connect().push(Self.entries(["after"]), to: "user:42")
        for tab in tabs { #expect(try tab.wait(for: ids) && tab.list() == ids.reversed()) }
    }

    @Test func `tabs notice that the bridge has fallen silent, as after a laptop's sleep`() throws {
        let bridge = try FlagpoleProcess(["server": ["ping_ms": 1000]])
        let browser = try PageBrowser()
        let tabs = try live(browser, bridge)
        bridge.signal(SIGSTOP)
        for tab in tabs { try eventually("it is noticed") { try tab.state() != "live" } }
        try bridge.redis().push(#"{"id":"meanwhile"}"#, to: "user:42")
        bridge.signal(SIGCONT)
        for tab in tabs { #expect(try tab.wait(for: ["meanwhile"])) }
        for tab in tabs { try tab.waitUntilLive() }
    }

    @Test func `a page uses a server of another origin, with the worker of its own`() throws {
        let own = try FlagpoleProcess()
        let origin = "http://127.0.0.1:\(own.port)"
        let other = try FlagpoleProcess(["cors": ["origins": [origin]]])
        let browser = try PageBrowser()
        let options = "url: 'http://127.0.0.1:\(other.port)'"
        let tabs = try (1...2).map { _ in try ClientTab(browser, own, options: options, path: "/flagpole.js") }
        try other.redis().push(#"{"id":"a"}"#, to: "user:42")
        for tab in tabs { #expect(try tab.wait(for: ["a"])) }
        #expect(try other.metric("flagpole_streams") == 1)
        try tabs[0].value("inbox.markRead({ all: true })")
        for tab in tabs { try eventually("read") { try tab.unread() == 0 } }
    }

    @Test func `another database replaces the list`() throws {
        let port = try LoopbackSocket.unusedPort()
        let redis = try RedisServer()
        let bridge = try FlagpoleProcess(["server": ["port": port]], redis: redis)
        let browser = try PageBrowser()
        let tabs = try live(browser, bridge)
        try redis.connect().push(Self.entries(["a", "b"]), to: "user:42")
        for tab in tabs { #expect(try tab.wait(for: ["a", "b"])) }
        try tabs[0].value("inbox.markRead({ all: true })")
        try bridge.stop()
        for name in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: bridge.directory.path("data/flagpole.sqlite3\(name)"))
        }
        try redis.connect().command("DEL", "notifications:user:42")
        try redis.connect().push(Self.entries(["b", "c"]), to: "user:42")
        try bridge.start()
        for tab in tabs {
            // What it has told of, it does not tell of again.
            #expect(try tab.wait(for: ["a", "b", "c"]))
            try eventually("the new list") { try tab.list() == ["c", "b"] && tab.unread() == 2 }
            #expect(try tab.value("told.some(({ type }) => type === 'resync')").asBool == true)
        }
    }

    @Test func `devices of a user agree`() throws {
        let bridge = try FlagpoleProcess()
        let browsers = try (0..<2).map { _ in try PageBrowser() }
        let tabs = try browsers.flatMap { try live($0, bridge) }
        let other = try bridge.liveStream("feed=user:42")
        try bridge.redis().push(Self.entries(["a", "b"]), to: "user:42")
        for tab in tabs { #expect(try tab.wait(for: ["a", "b"])) }
        #expect(try bridge.metric("flagpole_streams") == 3)
        _ = try bridge.client().request(
            "POST", "/v1/feeds/user:42/read", headers: [("Content-Type", "application/json")], body: #"{"ids":["a"]}"#)
        for tab in tabs { try eventually("one is read", within: .seconds(1)) { try tab.unread() == 1 } }
        try tabs[0].value("inbox.markRead({ all: true })")
        for tab in tabs { try eventually("all is read", within: .seconds(1)) { try tab.unread() == 0 } }
        #expect(try other.notifications(4).suffix(2).map(\.event) == ["read", "read"])
    }

    @Test func `what another device reads up to one that is not listed here is read here too`() throws {
        let bridge = try FlagpoleProcess()
        let device = try bridge.liveStream("feed=user:42")
        try bridge.redis().push(Self.entries(["a", "b", "c"]), to: "user:42")
        _ = try device.notifications(3)
        let read = { (body: String) in
            let json = [("Content-Type", "application/json")]
            _ = try bridge.client().request("POST", "/v1/feeds/user:42/read", headers: json, body: body)
        }
        try read(#"{"ids":["b"]}"#)
        let browser = try PageBrowser()
        let tabs = try live(browser, bridge)
        for tab in tabs { #expect(try tab.list() == ["c", "a"]) }
        try read(#"{"through":"b"}"#)
        for tab in tabs {
            try eventually("a is read") {
                try tab.value("inbox.items.every(({ id, readAt }) => id === 'c' || readAt)").asBool == true
            }
        }
        try bridge.redis().push(Self.entries(["d"]), to: "user:42")
        for tab in tabs {
            #expect(try tab.wait(for: ["a", "c", "d"]))
            try eventually("the count") { try tab.unread() == 2 }
        }
    }

    @Test func `history is paged to its beginning, each notification once, in its place`() throws {
        let bridge = try FlagpoleProcess()
        let ids = (1...120).map { "n\($0)" }
        try bridge.redis().push(Self.entries(ids), to: "user:42")
        let stream = try bridge.stream("feed=user:42")
        _ = try stream.notifications(100)
        // Only what is unread is there at first, with gaps between.
        let read = ids.filter { !$0.hasSuffix("0") }
        _ = try bridge.client().request(
            "POST", "/v1/feeds/user:42/read", headers: [("Content-Type", "application/json")],
            body: #"{"ids":["\#(read.joined(separator: "\",\""))"]}"#)
        let browser = try PageBrowser()
        let tab = try live(browser, bridge, 1)[0]
        #expect(try tab.list() == (1...12).reversed().map { "n\($0 * 10)" })
        #expect(try tab.value("inbox.more()").asBool == true)
        #expect(try tab.list() == Array(ids.reversed().prefix(50)) + (1...7).reversed().map { "n\($0 * 10)" })
        try bridge.redis().push(#"{"id":"new"}"#, to: "user:42")
        try eventually("a new one on top") { try tab.list().first == "new" }
        #expect(try tab.value("inbox.more()").asBool == true)
        #expect(try tab.value("inbox.more()").asBool == false)
        #expect(try tab.list() == ["new"] + ids.reversed())
        #expect(try tab.arrivals().count == 13)
        #expect(try tab.unread() == 13)
    }
}
