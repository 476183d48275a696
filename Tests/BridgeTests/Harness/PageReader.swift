import Feeds
import HTTP

@testable import Bridge

/// Reads streams out of a test's database as the hub does, page after page.
struct PageReader {
    let reading: StreamReading
    let epoch: String
    private let store: TestStore

    init(_ store: TestStore, backlog: Int = 100, pageBytes: Int = 1_000_000, pageEntries: Int = 512) throws {
        reading = try StreamReading(
            path: store.path, epoch: store.identity.epoch,
            limits: .init(backlog: backlog, pageBytes: pageBytes, pageEntries: pageEntries))
        epoch = store.identity.epoch
        self.store = store
    }

    func page(
        _ feeds: [String], _ start: StreamStart, isEnveloped: Bool = false, where conditions: [String] = [],
        isOpening: Bool = false
    ) throws -> StreamPage {
        var query = try query(feeds, start, isEnveloped: isEnveloped)
        query.conditions = conditions.compactMap { EntryCondition(query: $0) }
        query.isOpening = isOpening
        return try reading.pages([query])[0]
    }

    func query(_ feeds: [String], _ start: StreamStart, isEnveloped: Bool = false) throws -> StreamQuery {
        let feeds = try feeds.map { feed in
            let name = try FeedName(of: feed)
            let kind = store.kinds.first { $0.name == name.kind }
            return StreamFeed(name: name, isInbox: store.isInbox(name), canEnd: kind?.rules.ending != nil)
        }
        return StreamQuery(feeds: feeds, start: start, isEnveloped: isEnveloped)
    }

    /// All pages from `start` on, until nothing is left.
    func pages(_ feeds: [String], _ start: StreamStart) throws -> [StreamPage] {
        var pages = [try page(feeds, start)]
        while let rest = pages[pages.count - 1].rest { pages.append(try page(feeds, rest)) }
        return pages
    }

    /// A page's events as `id position`, where the id is the notification's.
    func notifications(_ page: StreamPage) throws -> [String] {
        try events(page).map { event in
            let id = event.data.split(separator: "\"").dropFirst(3).first ?? "?"
            return "\(id) \(Cursor(event.id)?.position ?? -1)"
        }
    }

    func events(_ page: StreamPage) throws -> [ReceivedEvent] {
        var parser = ServerSentEventParser()
        parser.append(page.events)
        var events: [ReceivedEvent] = []
        while let event = try parser.next() { events.append(event) }
        return events
    }
}
