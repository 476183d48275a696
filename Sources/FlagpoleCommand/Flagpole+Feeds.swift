import Bridge
import Feeds
import JSON

extension Flagpole {
    private static let limit = CommandOption(
        name: "limit", value: "N", summary: "so many feeds, instead of 50")
    private static let json = CommandOption(name: "json", summary: "print each feed as a JSON object, one a line")

    static let feeds = Command(
        name: "feeds", operands: "[KIND]", operandCount: 0...1,
        summary: "list feeds: stored, unread, streams, last news",
        details: """
            Those with the newest news first, behind them others that are watched. What is stored is read from the
            database, how many streams there are is asked of the bridge.
            """,
        options: [.config, .environmentFile, .url, limit, json]
    ) { arguments throws(CommandError) in
        let configuration = try arguments.configuration()
        let kind = arguments.operands.first
        if let kind, !configuration.kinds.contains(where: { $0.name == kind }) {
            let known = configuration.kinds.map(\.name).joined(separator: ", ")
            throw .failure("no kind \(kind.printable) is configured: known are \(known)")
        }
        let database = try DatabaseFile(of: configuration)
        let limit = try arguments.count(limit) ?? 50
        let streams = streams(kind, arguments)
        let stored = try FeedSummary.newest(in: database, kind: kind, limit: limit)
        let watched = Set(streams?.keys.map(\.self) ?? []).subtracting(stored).sorted()
        var summaries: [FeedSummary] = []
        for feed in (stored + watched).prefix(limit) {
            let isInbox = FeedName(feed).flatMap { configuration.kind(of: $0) }?.isInbox ?? false
            var summary = try FeedSummary(feed, isInbox: isInbox, in: database)
            summary.streams = streams.map { $0[feed] ?? 0 }
            summaries.append(summary)
        }
        if arguments.has(json) {
            for summary in summaries { Terminal.output.write(summary.json) }
        } else {
            let headings = ["FEED", "STORED", "UNREAD", "STREAMS", "LAST NEWS"]
            Terminal.output.write(TextTable(headings: headings, rows: summaries.map(\.row)).text)
        }
        if summaries.isEmpty { Terminal.error.note("no feed has anything stored, and none is watched") }
        return 0
    }

    /// How many streams each watched feed has; `nil` where the bridge does not tell.
    private static func streams(_ kind: String?, _ arguments: ParsedArguments) -> [String: Int]? {
        do throws(CommandError) {
            let client = BridgeClient(address: try arguments.address())
            let answer = try client.get("/v1/presence" + (kind.map { "?kind=\($0)" } ?? ""))
            var streams: [String: Int] = [:]
            for (feed, count) in answer["feeds"]?.asObject ?? [:] { streams[feed] = count.asInt }
            return streams
        } catch {
            Terminal.error.note("how many streams there are is not known: \(error)")
            return nil
        }
    }
}
