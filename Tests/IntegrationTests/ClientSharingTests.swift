import Foundation
import JSON
import Testing

/// One inbox in all tabs of a browser, over one connection.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct ClientSharingTests {
    private let browser: PageBrowser
    private let bridge: FlagpoleProcess

    init() throws {
        browser = try PageBrowser()
        bridge = try FlagpoleProcess()
    }

    private func tabs(_ count: Int, share: String? = nil) throws -> [ClientTab] {
        let tabs = try (0..<count).map { _ in try ClientTab(browser, bridge, share: share) }
        for tab in tabs { try tab.waitUntilLive() }
        return tabs
    }

    private func push(_ ids: some Sequence<String>) throws {
        try bridge.redis().push(ids.map { #"{"id":"\#($0)"}"# }, to: "user:42")
    }

    private func expectOneStream(_ count: Double = 1) throws {
        try eventually("one connection") { try bridge.metric("flagpole_streams") == count }
    }

    // MARK: - Sharing

    @Test(arguments: zip([nil, "locks", "tabs"], [8, 4, 4]))
    func `eight tabs hold one connection, and each shows everything once, in order`(share: String?, count: Int) throws {
        try push(["a", "b"])
        let tabs = try tabs(count, share: share)
        try expectOneStream()
        let ids = ["a", "b"] + (1...20).map { "n\($0)" }
        for id in ids.dropFirst(2) { try push([id]) }
        for tab in tabs { #expect(try tab.wait(for: ids)) }
        for tab in tabs { #expect(try tab.list() == ids.reversed() && tab.unread() == ids.count) }
        try expectOneStream()

        // One that is opened late gets the same list.
        let late = try ClientTab(browser, bridge, share: share)
        #expect(try late.wait(for: ids))
        #expect(try late.list() == ids.reversed() && late.unread() == ids.count)
        #expect(try late.value("inbox.items.every(({ replay }) => replay)").asBool == true)
        try expectOneStream()
        #expect(try browser.newLogLines().filter { !$0.contains("favicon") } == [])
    }

    @Test func `what is read, unread or removed in one tab is so in all within a second`() throws {
        try push(["a", "b", "c"])
        let tabs = try tabs(4)
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
        let tabs = try tabs(6)
        try push(["a", "b"])
        for tab in tabs {
            #expect(try tab.wait(for: ["a", "b"]))
            try tab.value("void (window.claims = Promise.all(['a', 'b'].map((id) => inbox.claim(id))))")
        }
        let claims = try tabs.map { try $0.value("claims").asArray?.map(\.asBool) ?? [] }
        for place in 0..<2 { #expect(claims.filter { $0[place] == true }.count == 1) }
        // Nor does one that comes later.
        #expect(
            try ClientTab(browser, bridge).value("inbox.claim('a')").asBool == false)
    }

    // MARK: - Taking over

    enum Fate: CaseIterable {
        case closed, crashed, left, frozen, hung

        func strike(_ tab: ClientTab) throws {
            switch self {
            case .closed: try tab.window.close()
            case .crashed: tab.crash()
            case .left: try tab.window.command("url", ["url": "about:blank"])
            case .frozen: try tab.freeze()
            case .hung: try tab.hang(milliseconds: 6000)
            }
        }
    }

    /// What each way of sharing is tried with; a trial tries all with all.
    private static let fates: [[Fate]] = [[.crashed], [.left, .frozen, .hung], [.closed]]

    @Test(arguments: zip([nil, "locks", "tabs"], fates))
    func `when the tab that holds the connection goes, another goes on`(share: String?, fates: [Fate]) throws {
        var ids: [String] = []
        for fate in isTrial ? Fate.allCases : fates {
            let tabs = try tabs(3, share: share)
            ids.append("\(fate)")
            try push(ids.suffix(1))
            for tab in tabs { #expect(try tab.wait(for: ids)) }

            let start = Date()
            try fate.strike(tabs[0])
            for number in 1...5 {
                ids.append("\(fate)-\(number)")
                try push(ids.suffix(1))
            }
            for tab in tabs.dropFirst() {
                #expect(try tab.wait(for: ids))
                #expect(try tab.list() == ids.reversed())
            }
            if share != nil {
                // What the others do by their own timers takes a second; the rest is for a busy machine.
                let taken = try #require(try tabs[1].liveSince()).timeIntervalSince(start)
                #expect((0..<5).contains(taken), "\(fate): \(taken)")
            }
            try expectOneStream()

            if fate == .frozen { try tabs[0].thaw() }
            if fate == .frozen || fate == .hung {
                ids.append("\(fate)-after")
                try push(ids.suffix(1))
                for tab in tabs {
                    #expect(try tab.wait(for: ids))
                    #expect(try tab.list() == ids.reversed())
                }
                try expectOneStream()
            }
            for tab in tabs { try? tab.window.close() }
            try expectOneStream(0)
        }
    }

    @Test func `a tab that was asleep gets what a newcomer was not given`() throws {
        let bridge = try FlagpoleProcess(["server": ["backlog_limit": 2]])
        let sleeper = try ClientTab(browser, bridge)
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
        let newcomer = try ClientTab(browser, bridge)
        #expect(try newcomer.wait(for: ["n8", "n9"]))
        try sleeper.thaw()
        #expect(try sleeper.wait(for: ids))
        for tab in [sleeper, newcomer] { try eventually("the same list") { try tab.list() == ids.reversed() } }
        #expect(try newcomer.arrivals().count == ids.count)
    }

    @Test(arguments: ["/nothing-here.js", "http://127.0.0.2:1/flagpole.js"])
    func `without a worker's script tabs share all the same`(script: String) throws {
        let open = { try ClientTab(browser, bridge, options: "workerUrl: '\(script)'") }
        let first = try open()
        try first.waitUntilLive()
        let tabs = try [first, open(), open()]
        // Who hears of it later (a browser tells not all of them) stands in line, and leaves the connection alone.
        try eventually("a line") {
            try first.value("navigator.locks.query().then((all) => all.pending.length > 0)").asBool == true
        }
        try push(["a"])
        for tab in tabs { #expect(try tab.wait(for: ["a"])) }
        try expectOneStream()
        let lives = "told.filter(({ type, detail }) => type === 'state' && detail.name === 'live').length"
        #expect(try first.value(lives).asInt == 1)
    }
}
