import Feeds
import HTTP
import JSON

/// What `POST /v1/broadcast` asks for: one notification for many feeds.
struct BroadcastRequest {
    enum Recipients: Equatable {
        case feeds([FeedName])
        /// The feeds of this kind, or of all, that somebody watches.
        case watched(kind: String?)
    }

    let recipients: Recipients
    let publication: Publication

    static let maximumFeeds = 1000
    private static let form =
        #"Send {"to":{"feeds":[...]} or {"kind":"user"} or "all", "notification":{...}}."#

    /// Reads and checks all of it.
    init(_ request: HTTPRequest, _ settings: Configuration) throws(Problem) {
        let body: JSONValue
        do {
            body = try JSONValue.parse(request.body)
        } catch {
            throw Problem(.badRequest, "The body is not JSON: \(error). \(Self.form)")
        }
        guard let to = body["to"], let notification = body["notification"] else {
            throw Problem(.badRequest, Self.form)
        }
        recipients = try Recipients(to, settings)
        publication = try Publication(one: notification, of: request, settings)
    }

    /// The kinds that may be written to.
    func kinds(_ settings: Configuration) -> [String] {
        switch recipients {
        case .feeds(let feeds): Set(feeds.map { String($0.kind) }).sorted()
        case .watched(let kind?): [kind]
        case .watched(nil): settings.kinds.map(\.name)
        }
    }

    fileprivate static var badForm: Problem { Problem(.badRequest, form) }
}

extension BroadcastRequest.Recipients {
    fileprivate init(_ value: JSONValue, _ settings: Configuration) throws(Problem) {
        if value == .string("all") {
            self = .watched(kind: nil)
        } else if let kind = value["kind"], value["feeds"] == nil {
            guard let kind = kind.asString else { throw BroadcastRequest.badForm }
            try settings.checkKind(kind)
            self = .watched(kind: kind)
        } else if let feeds = value["feeds"]?.asArray, value["kind"] == nil {
            self = .feeds(try Self.feeds(feeds, settings))
        } else {
            throw BroadcastRequest.badForm
        }
    }

    /// The feeds, each once.
    private static func feeds(_ names: [JSONValue], _ settings: Configuration) throws(Problem) -> [FeedName] {
        guard (1...BroadcastRequest.maximumFeeds).contains(names.count) else {
            throw Problem(
                .unprocessableContent,
                "Name 1 to \(BroadcastRequest.maximumFeeds) feeds at a time, not \(names.count).")
        }
        var feeds: [FeedName] = []
        var seen: Set<FeedName> = []
        for name in names {
            guard let text = name.asString else { throw BroadcastRequest.badForm }
            let (feed, _) = try settings.feed(text)
            if seen.insert(feed).inserted { feeds.append(feed) }
        }
        return feeds
    }
}

extension Configuration {
    /// Refuses what is no kind's name.
    func checkKind(_ name: String) throws(Problem) {
        guard !kinds.contains(where: { $0.name == name }) else { return }
        let known = kinds.map(\.name).joined(separator: ", ")
        throw Problem(.notFound, "No kind \(name.debugDescription) is configured; known are \(known).")
    }
}
