import Feeds
import HTTP
import HTTPServer
import Logging
import Redis

extension Hub {
    /// Publishes one notification to many feeds.
    func broadcast(_ request: HTTPRequest, for caller: Caller, _ id: ConnectionID) throws(Problem) {
        try RequestGuard.checkOrigin(request, allowed: settings.cors.origins)
        try RequestGuard.checkContentType(request)
        let broadcast = try BroadcastRequest(request, settings)
        for kind in broadcast.kinds(settings) { try caller.checkWriting(kind: kind) }
        Task { [self] in
            let response: HTTPResponse
            do throws(Problem) {
                let feeds = await recipients(of: broadcast)
                let count = try await publish(broadcast.publication, to: feeds)
                response = .json(["feeds": .number(String(count))])
            } catch {
                response = error.response
            }
            connections.respond(id, response)
        }
    }

    private func recipients(of broadcast: BroadcastRequest) async -> [FeedName] {
        switch broadcast.recipients {
        case .feeds(let feeds): return feeds
        case .watched(let kind):
            var watched: Set<FeedName> = []
            for hub in hubs { watched.formUnion(await hub.streamCounts(kind: kind).keys) }
            return Array(watched)
        }
    }

    /// Publishes to feeds, some hundreds at a time, so that other publishers are served in between.
    ///
    /// - Returns: how many feeds have it; one that refuses does not keep the others from it.
    private func publish(_ publication: Publication, to feeds: [FeedName]) async throws(Problem) -> Int {
        var progress = BroadcastProgress(total: feeds.count, id: publication.ids[0])
        defer { telemetry.entriesPublished.add(progress.count) }
        let size = max(1, min(Self.feedsPerRound, Self.bytesPerRound / (publication.entries[0].count + 256)))
        for start in stride(from: 0, to: feeds.count, by: size) {
            let part = feeds[start..<min(start + size, feeds.count)]
            var commands: [PublishCommand] = []
            var rows: [FeedName] = []
            for feed in part {
                guard let kind = settings.kind(of: feed) else { continue }
                if kind.source == .flagAndDatabase {
                    rows.append(feed)
                } else {
                    commands.append(PublishCommand(to: feed, of: kind, prefix: settings.redis.prefix))
                }
            }
            do throws(RedisError) {
                let refusals = try await publisher.publish(publication.entries, commands)
                progress.note(commands.count, refusals)
            } catch {
                throw progress.problem(error)
            }
            for feed in rows {
                do {
                    try await writer.insert(publication.entries, ids: publication.ids, into: feed)
                    progress.note(1, [])
                } catch {
                    throw progress.problem("the database cannot be used")
                }
            }
        }
        guard let refusal = progress.refusal else { return progress.count }
        telemetry.redisErrors(RedisError.server(refusal).kind).add(progress.refused)
        telemetry.logger.warning(
            "a broadcast was refused by some feeds",
            [("refused", .int(progress.refused)), ("of", .int(feeds.count)), ("error", .string("\(refusal)"))])
        guard progress.count > 0 else { throw Problem(.server(refusal)) }
        return progress.count
    }

    private static let feedsPerRound = 500
    private static let bytesPerRound = 1_048_576
}

/// How far a broadcast has come.
private struct BroadcastProgress {
    let total: Int
    /// The notification's id.
    let id: String
    var count = 0
    var refused = 0
    var refusal: RedisServerError?

    mutating func note(_ published: Int, _ refusals: [RedisServerError]) {
        count += published - refusals.count
        refused += refusals.count
        refusal = refusal ?? refusals.first
    }

    func problem(_ error: some CustomStringConvertible) -> Problem {
        Problem(
            .serviceUnavailable,
            "\(error). \(count) of \(total) feeds have it; send it again with the id \(id.debugDescription), and nothing is "
                + "doubled.", headers: [("Retry-After", "1")])
    }
}
