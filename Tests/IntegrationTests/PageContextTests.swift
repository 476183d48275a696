import Foundation
import JSON
import Testing

/// Tabs whose browser gives them less than usual, or takes it away.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: isTrial, "browsers take their time"))
struct PageContextTests {
    private func push(_ ids: [String], _ bridge: FlagpoleProcess) throws {
        try bridge.redis().push(ids.map { #"{"id":"\#($0)"}"# }, to: "user:42")
    }

    @Test func `a worker that the browser ends is replaced by a tab, and nothing is lost or told twice`() throws {
        let bridge = try FlagpoleProcess()
        let browser = try PageBrowser()
        let tabs = try (0..<3).map { _ in try ClientTab(browser, bridge) }
        for tab in tabs { try tab.waitUntilLive() }
        try push(["a"], bridge)
        for tab in tabs { #expect(try tab.wait(for: ["a"])) }

        let targets = try tabs[0].window.devTools("Target.getTargets", [:])["targetInfos"]?.asArray ?? []
        let worker = try #require(targets.first { $0["type"]?.asString == "shared_worker" }?["targetId"]?.asString)
        let start = Date()
        try tabs[0].window.devTools("Target.closeTarget", ["targetId": worker])
        try push(["b", "c"], bridge)
        for tab in tabs { #expect(try tab.wait(for: ["a", "b", "c"])) }
        let taken = try #require(try tabs[0].liveSince()).timeIntervalSince(start)
        #expect((0..<5).contains(taken), "\(taken)")
        try eventually("one connection") { try bridge.metric("flagpole_streams") == 1 }
        try push(["d"], bridge)
        for tab in tabs { #expect(try tab.wait(for: ["a", "b", "c", "d"])) }
    }

    @Test(arguments: [nil, "locks", "tabs"])
    func `on plain HTTP, where there are no locks, tabs share all the same`(share: String?) throws {
        let bridge = try FlagpoleProcess(["server": ["hosts": ["plain.test"]]])
        let browser = try PageBrowser(arguments: ["host-resolver-rules=MAP plain.test 127.0.0.1"])
        let tabs = try (0..<3).map { _ in try ClientTab(browser, bridge, share: share, host: "plain.test") }
        #expect(try tabs[0].value("isSecureContext || 'locks' in navigator").asBool == false)
        for tab in tabs { try tab.waitUntilLive() }
        try push(["a"], bridge)
        for tab in tabs { #expect(try tab.wait(for: ["a"])) }
        #expect(try bridge.metric("flagpole_streams") == 1)

        try tabs[0].window.close()
        try push(["b"], bridge)
        for tab in tabs.dropFirst() { #expect(try tab.wait(for: ["a", "b"])) }
        try eventually("one connection") { try bridge.metric("flagpole_streams") == 1 }
    }
}
