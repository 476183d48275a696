import Feeds
import HTTP
import Reactor

/// What a client asks for with `GET /v1/stream`.
package struct StreamRequest {
    let feeds: [StreamFeed]
    /// Whether it gets broadcast events.
    let asksForEvents: Bool
    let isEnveloped: Bool
    let start: StreamStart
    /// The cursor that the client came with, if it is one of ours.
    let presented: LogPosition?
    /// What notifications have to meet beside the rules of their kinds.
    let conditions: [EntryCondition]
    /// Whether the client came with a cursor, or something in its place.
    let hasCursor: Bool
    /// What the client wants to lie at least between two notifications of a feed.
    let minimumInterval: Milliseconds?

    init(_ request: HTTPRequest, _ settings: Configuration, epoch: String) throws(Problem) {
        let names = request.target.all("feed")
        asksForEvents = request.target.first("events") == "1"
        guard !names.isEmpty || asksForEvents else {
            throw Problem(
                .badRequest,
                "Name at least one feed, as in /v1/stream?feed=user:42, or ask for broadcast events with events=1.")
        }
        guard !names.isEmpty || !settings.events.isEmpty else {
            throw Problem(.notFound, "No broadcast events are declared; add them to events in the configuration.")
        }
        var feeds: [StreamFeed] = []
        var seen: Set<FeedName> = []
        for text in names {
            let (feed, kind) = try settings.feed(text)
            guard seen.insert(feed).inserted else { continue }
            feeds.append(
                StreamFeed(
                    name: feed, isInbox: kind.isInbox, isReadOnDelivery: kind.readMarking == .onDelivery,
                    canEnd: kind.rules.ending != nil))
        }
        guard feeds.count <= settings.server.maxFeedsPerStream else {
            throw Problem(
                .badRequest, "A stream has at most \(settings.server.maxFeedsPerStream) feeds; open another one.")
        }
        self.feeds = feeds
        isEnveloped = StreamRequest.isEnveloped(request, feeds.count)
        try StreamRequest.checkRules(request)
        conditions = try StreamRequest.conditions(request)
        minimumInterval = try StreamRequest.minimumInterval(request)
        let cursor = StreamRequest.cursor(request)
        hasCursor = !cursor.isEmpty
        if cursor.isEmpty {
            start = try StreamRequest.startWithoutCursor(request)
            presented = nil
        } else {
            (start, presented) = StreamRequest.start(after: cursor, epoch: epoch)
        }
    }

    /// Whether notifications come in an envelope: with several feeds unless the client does without, with one if it asks.
    private static func isEnveloped(_ request: HTTPRequest, _ feedCount: Int) -> Bool {
        switch request.target.first("envelope") {
        case "1": true
        case "0": false
        default: feedCount > 1
        }
    }

    /// Rules that a stream cannot ask for.
    static let rulesOfKinds = [
        "coalesce", "end_when", "max_per_second", "over_limit", "batch", "keep", "ephemeral", "mark_read",
    ]

    /// Refuses rules that only a kind has: whoever asks for one is not to think that it holds.
    private static func checkRules(_ request: HTTPRequest) throws(Problem) {
        guard let rule = rulesOfKinds.first(where: { request.target.first($0) != nil }) else { return }
        throw Problem(
            .badRequest,
            "\(rule) is a rule of the kind, in the configuration; a stream may ask for where and min_interval_ms.")
    }

    private static func conditions(_ request: HTTPRequest) throws(Problem) -> [EntryCondition] {
        let texts = request.target.all("where")
        guard texts.count <= EntryCondition.maximumConditions else {
            throw Problem(.badRequest, "A stream has at most \(EntryCondition.maximumConditions) conditions.")
        }
        var conditions: [EntryCondition] = []
        for text in texts {
            guard text.utf8.count <= longestCondition, let condition = EntryCondition(query: text) else {
                throw Problem(
                    .badRequest,
                    "where is a member and what it has to be, in at most \(longestCondition) bytes: priority>=5, priority<=9, "
                        + "status=done or status=done,failed; repeat it for more than one condition.")
            }
            conditions.append(condition)
        }
        return conditions
    }

    private static let longestCondition = 256

    /// What stands in `Last-Event-ID`, else in the query; an empty one is none.
    private static func cursor(_ request: HTTPRequest) -> String {
        let candidates = [
            request.headers["Last-Event-ID"], request.target.first("last_event_id"),
            request.target.first("lastEventId"),
        ]
        return candidates.compactMap { $0 }.first { !$0.isEmpty } ?? ""
    }

    private static func startWithoutCursor(_ request: HTTPRequest) throws(Problem) -> StreamStart {
        switch request.target.first("since") {
        case nil, "": .backlog
        case "now": .now
        default: throw Problem(.badRequest, "since is now, or left out for the backlog.")
        }
    }

    private static func minimumInterval(_ request: HTTPRequest) throws(Problem) -> Milliseconds? {
        guard let text = request.target.first("min_interval_ms"), !text.isEmpty else { return nil }
        guard let interval = Int64(text), (1...3_600_000).contains(interval) else {
            throw Problem(.badRequest, "min_interval_ms is a whole number from 1 to 3600000.")
        }
        return Milliseconds(interval)
    }

    /// Tries what the client presents as a cursor of ours, then as a notification's id.
    private static func start(after text: String, epoch: String) -> (StreamStart, LogPosition?) {
        if let cursor = Cursor(text) {
            return cursor.epoch == epoch ? (.after(cursor.position), cursor.position) : (.snapshot(.newEpoch), nil)
        }
        guard text.utf8.count <= 1024, EntryReader.isID(text) else { return (.snapshot(.unknownCursor), nil) }
        return (.afterNotification(text), nil)
    }
}

extension Configuration {
    /// The feed of this name and its kind.
    func feed(_ text: String) throws(Problem) -> (FeedName, Kind) {
        guard let feed = FeedName(text) else {
            throw Problem(
                .badRequest,
                "A feed is named KIND:ID, as in user:42. KIND is a-z, 0-9, _ and -, beginning with a letter, at most 32; "
                    + "ID is 1 to 128 of letters, digits and . _ @ + - |")
        }
        guard let kind = kind(of: feed) else {
            throw Problem(
                .notFound,
                "No kind \(feed.kind) is declared; add it to kinds in the configuration. Declared: "
                    + kinds.map(\.name).joined(separator: ", ") + ".")
        }
        return (feed, kind)
    }
}
