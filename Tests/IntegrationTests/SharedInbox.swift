/// A browser and the bridge that its tabs share an inbox of.
struct SharedInbox {
    let browser: PageBrowser
    let bridge: FlagpoleProcess

    init() throws {
        browser = try PageBrowser()
        bridge = try FlagpoleProcess()
    }

    /// Opens tabs, and waits until all are live.
    func tabs(_ count: Int, share: String? = nil) throws -> [ClientTab] {
        let tabs = try (0..<count).map { _ in try ClientTab(browser, bridge, share: share) }
        for tab in tabs { try tab.waitUntilLive() }
        return tabs
    }

    func push(_ ids: some Sequence<String>) throws {
        try bridge.redis().push(ids.map { #"{"id":"\#($0)"}"# }, to: "user:42")
    }

    func expectOneStream(_ count: Double = 1) throws {
        try eventually("one connection") { try bridge.metric("flagpole_streams") == count }
    }
}
