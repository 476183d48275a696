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

    @Test(arguments: [nil, "locks", "tabs"])
    func `eight tabs hold one connection, and each shows everything once, in order`(share: String?) throws {
        try push(["a", "b"])
        let tabs = try tabs(8, share: share)
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
            try ClientTab(browser, bridge).value("import('/flagpole.js').then(() => inbox.claim('a'))").asBool == false)
    }

    // MARK: - Taking over

    enum Fate: CaseIterable { case closed, crashed, frozen, left }

    @Test(arguments: [nil, "locks", "tabs"], Fate.allCases)
    func `when the tab that holds the connection goes, another goes on`(share: String?, fate: Fate) throws {
        let tabs = try tabs(4, share: share)
        try push(["a"])
        for tab in tabs { #expect(try tab.wait(for: ["a"])) }
        switch fate {
        case .closed: try tabs[0].window.close()
        case .crashed: tabs[0].crash()
        case .frozen: try tabs[0].freeze()
        case .left: try tabs[0].window.command("url", ["url": "about:blank"])
        }
        let start = ContinuousClock.now
        let ids = ["a"] + (1...10).map { "n\($0)" }
        for id in ids.dropFirst() { try push([id]) }
        for tab in tabs.dropFirst() { #expect(try tab.wait(for: ids)) }
        #expect(ContinuousClock.now - start < .seconds(3))
        for tab in tabs.dropFirst() { #expect(try tab.list() == ids.reversed()) }
        try expectOneStream()
        guard fate == .frozen else { return }
        try tabs[0].thaw()
        #expect(try tabs[0].wait(for: ids))
        #expect(try tabs[0].list() == ids.reversed())
        try push(["last"])
        for tab in tabs { #expect(try tab.wait(for: ids + ["last"])) }
        try expectOneStream()
    }
}
