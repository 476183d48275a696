import Feeds
import HTTP
import HTTPServer
import JSON

/// What operators ask for: who watches, and what was set aside.
extension Hub {
    /// Tells this loop of all loops, itself among them: together they have all streams.
    func join(_ hubs: [Hub]) { self.hubs = hubs }

    /// Answers with the watched feeds and how many streams each has.
    func servePresence(_ request: HTTPRequest, _ id: ConnectionID) throws(Problem) {
        let kind = request.target.first("kind")
        if let kind { try settings.checkKind(kind) }
        answer(id) { [hubs] in
            var streams: [FeedName: Int] = [:]
            for hub in hubs { streams.merge(await hub.streamCounts(kind: kind), uniquingKeysWith: +) }
            return HTTPResponse(json: Self.presence(streams))
        }
    }

    /// How many of this loop's streams each feed has.
    func streamCounts(kind: String?) -> [FeedName: Int] {
        var counts: [FeedName: Int] = [:]
        for channel in subscriptions.channels where channel.streams > 0 && channel.feed.name != .broadcasts {
            let feed = channel.feed.name
            if kind.map({ $0 == feed.kind }) ?? true { counts[feed] = Int(channel.streams) }
        }
        return counts
    }

    private static func presence(_ streams: [FeedName: Int]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("feeds")
        writer.beginObject()
        for (feed, count) in streams.sorted(by: { $0.key.text < $1.key.text }) {
            writer.name(feed.text)
            writer.int(count)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// Answers with the newest of what was set aside.
    func serveQuarantine(_ request: HTTPRequest, _ id: ConnectionID) throws(Problem) {
        let limit = try HistoryQuery.limit(request.target)
        answer(id) { [reader] in HTTPResponse(json: try await reader.quarantine(limit: limit)) }
    }
}
