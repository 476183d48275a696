import Foundation
import JSON
import Testing

/// One inbox in all tabs of a browser, over one connection.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ClientSharingTests {
    private let shared: SharedInbox

    init() throws { shared = try SharedInbox() }

    @Test func `the client is one small file, and its types stand beside it`() throws {
        let bridge = shared.bridge
        let script = try bridge.get("/flagpole.js")
        #expect(script.status == 200 && script.body.count <= 12_288)
        #expect(script.headers["Content-Type"] == "text/javascript; charset=utf-8")
        #expect(try bridge.get("/flagpole.d.ts").text.contains("export function connect("))
    }

    @Test(arguments: zip([nil, "locks", "tabs"], [8, 4, 4]))
    func `eight tabs hold one connection, and each shows everything once, in order`(share: String?, count: Int) throws {
        try shared.push(["a", "b"])
        let tabs = try shared.tabs(count, share: share)
        try shared.expectOneStream()
        let ids = ["a", "b"] + (1...20).map { "n\($0)" }
        for id in ids.dropFirst(2) { try shared.push([id]) }
        for tab in tabs { #expect(try tab.wait(for: ids)) }
        for tab in tabs { #expect(try tab.list() == ids.reversed() && tab.unread() == ids.count) }
        try shared.expectOneStream()

        // One that is opened late gets the same list.
        let late = try ClientTab(shared.browser, shared.bridge, share: share)
        #expect(try late.wait(for: ids))
        #expect(try late.list() == ids.reversed() && late.unread() == ids.count)
        #expect(try late.value("inbox.items.every(({ replay }) => replay)").asBool == true)
        try shared.expectOneStream()
        #expect(try shared.browser.newLogLines().filter { !$0.contains("favicon") } == [])
    }

    @Test func `what is read, unread or removed in one tab is so in all within a second`() throws {
        try shared.push(["a", "b", "c"])
        let tabs = try shared.tabs(4)
        for tab in tabs { #expect(try tab.wait(for: ["a", "b", "c"])) }
        let changes: [(call: String, unread: Int, marks: String)] = [
            ("markRead({ ids: ['b'] })", 2, "c-,b+,a-"), ("markRead({ through: 'b' })", 1, "c-,b+,a+"),
            ("markUnread({ ids: ['a', 'b'] })", 3, "c-,b-,a-"), ("remove('b')", 2, "c-,a-"),
            ("markRead({ all: true })", 0, "c+,a+"),
        ]
        for (number, change) in changes.enumerated() {
            try tabs[number % 4].value("inbox.\(change.call)")
            for tab in tabs {
                try eventually(change.call, within: .seconds(1)) {
                    let marks = "inbox.items.map(({ id, readAt }) => id + (readAt ? '+' : '-')).join()"
                    return try tab.unread() == change.unread && tab.value(marks).asString == change.marks
                }
            }
        }
    }

    @Test func `one tab of all makes the toast`() throws {
        let tabs = try shared.tabs(6)
        try shared.push(["a", "b"])
        for tab in tabs {
            #expect(try tab.wait(for: ["a", "b"]))
            try tab.value("void (window.claims = Promise.all(['a', 'b'].map((id) => inbox.claim(id))))")
        }
        let claims = try tabs.map { try $0.value("claims").asArray?.map(\.asBool) ?? [] }
        for place in 0..<2 { #expect(claims.filter { $0[place] == true }.count == 1) }
        // Nor does one that comes later.
        #expect(
            try ClientTab(shared.browser, shared.bridge).value("inbox.claim('a')").asBool == false)
    }

    @Test func `a tab that was asleep gets what a newcomer was not given`() throws {
        let bridge = try FlagpoleProcess(["server": ["backlog_limit": 2]])
        let sleeper = try ClientTab(shared.browser, bridge)
        try sleeper.waitUntilLive()
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try sleeper.wait(for: ["a"]))
        try sleeper.freeze()
        // Another device, so that the bridge takes in what is pushed.
        let device = try bridge.liveStream("feed=user:42")
        try eventually("no other") { try bridge.metric("flagpole_streams") == 1 }

        let ids = ["a"] + (1...9).map { "n\($0)" }
        try bridge.redis().push(ids.dropFirst().map { #"{"id":"\#($0)"}"# }, to: "user:42")
        _ = try device.notifications(ids.count - 1)
        let newcomer = try ClientTab(shared.browser, bridge)
        #expect(try newcomer.wait(for: ["n8", "n9"]))
        try sleeper.thaw()
        #expect(try sleeper.wait(for: ids))
        for tab in [sleeper, newcomer] { try eventually("the same list") { try tab.list() == ids.reversed() } }
        #expect(try newcomer.arrivals().count == ids.count)
    }

    @Test(arguments: ["/nothing-here.js", "http://127.0.0.2:1/flagpole.js"])
    func `without a worker's script tabs share all the same`(script: String) throws {
        let open = { try ClientTab(shared.browser, shared.bridge, options: "workerUrl: '\(script)'") }
        let first = try open()
        try first.waitUntilLive()
        let tabs = try [first, open(), open()]
        // Who hears of it later (a browser tells not all of them) stands in line, and leaves the connection alone.
        try eventually("a line") {
            try first.value("navigator.locks.query().then((all) => all.pending.length > 0)").asBool == true
        }
        try shared.push(["a"])
        for tab in tabs { #expect(try tab.wait(for: ["a"])) }
        try shared.expectOneStream()
        let lives = "told.filter(({ type, detail }) => type === 'state' && detail.name === 'live').length"
        #expect(try first.value(lives).asInt == 1)
    }
}
