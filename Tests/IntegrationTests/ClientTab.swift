import Foundation
import JSON

/// A browser window with an inbox of `flagpole.js` in it, and what that has told.
final class ClientTab {
    let window: PageWindow

    /// Opens a file of the bridge's as a page, and an inbox in it.
    ///
    /// - Parameters:
    ///   - browser: The browser.
    ///   - bridge: The server.
    ///   - share: The ways to share a connection; nil: the client's own.
    ///   - options: Options of `connect` besides, as JavaScript members.
    ///   - host: What the browser calls the server.
    ///   - path: The page's: by default one under the pages' own security policy; a script has none.
    /// - Throws: Where the page cannot be opened.
    init(
        _ browser: PageBrowser, _ bridge: FlagpoleProcess, share: String? = nil, options: String = "",
        host: String = "127.0.0.1", path: String = "/flagpole.d.ts"
    ) throws {
        window = try browser.open(bridge, url: "http://\(host):\(bridge.port)\(path)")
        try connect(share: share, options: options)
    }

    private func connect(share: String?, options: String) throws {
        let ways = share.map { "share: ['\($0)']," } ?? ""
        try window.evaluate(
            """
            window.told = [];
            return import('/flagpole.js').then(({ connect }) => {
                window.inbox = connect({ feeds: ['user:42'], \(ways) \(options) });
                for (const type of ['notification', 'unread', 'read', 'removed', 'resync', 'state'])
                    inbox.addEventListener(type, ({ detail }) => told.push({ type, detail }));
            });
            """)
    }

    /// Runs an expression that may be a promise, and returns what it comes to.
    @discardableResult
    func value(_ expression: String) throws -> JSONValue { try window.evaluate("return \(expression)") }

    /// The ids of the notifications that it told of, in that order, as often as it did.
    func arrivals() throws -> [String] {
        let ids = "told.filter(({ type }) => type === 'notification').map(({ detail }) => detail.id)"
        return try value(ids).asArray?.compactMap(\.asString) ?? []
    }

    /// The ids on its list, newest first.
    func list() throws -> [String] {
        try value("inbox.items.map(({ id }) => id)").asArray?.compactMap(\.asString) ?? []
    }

    func state() throws -> String { try value("window.inbox?.state.name ?? ''").asString ?? "" }

    /// When it heard last that a connection is live.
    func liveSince() throws -> Date? {
        let since = "told.findLast(({ type, detail }) => type === 'state' && detail.name === 'live')?.detail.since"
        return try value(since).asInt.map { Date(timeIntervalSince1970: Double($0) / 1000) }
    }

    func unread() throws -> Int? { try value("inbox.unread").asInt }

    func waitUntilLive() throws { try eventually("a live tab") { try state() == "live" } }

    /// Waits until it has told of as many notifications as these, and compares.
    func wait(for ids: [String], within time: Duration = patience) throws -> Bool {
        try? eventually("notifications", within: time) { try arrivals().count >= ids.count }
        return try arrivals() == ids
    }

    /// Stops it as a browser does with a tab that nobody looks at.
    func freeze() throws { try window.devTools("Page.setWebLifecycleState", ["state": "frozen"]) }

    func thaw() throws { try window.devTools("Page.setWebLifecycleState", ["state": "active"]) }

    /// Keeps its scripts from running, without telling them, for so long.
    func hang(milliseconds: Int) throws {
        try value("void setTimeout(() => { for (const end = Date.now() + \(milliseconds); Date.now() < end;); })")
    }

    /// Ends the process that draws it, and runs its scripts.
    func crash() { _ = try? window.devTools("Page.crash", [:]) }
}
