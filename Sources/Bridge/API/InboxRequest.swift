import Feeds
import HTTP
import JSON

extension ReadSelection {
    /// What the body of `POST .../read` names: `ids`, `through` or `all`.
    init(_ request: HTTPRequest) throws(Problem) {
        let body = try JSONObject(inboxRequest: request)
        let known = ["ids", "through", "all"].filter { body[$0] != nil }
        guard known.count == 1, let name = known.first, let value = body[name] else {
            throw Problem(
                .badRequest, #"Send exactly one of {"ids":[...]}, {"through":"<id>"} and {"all":true}."#)
        }
        switch name {
        case "ids":
            self = .ids(try [String](ids: value))
        case "through":
            guard let id = value.notificationID else { throw Problem(.badRequest, "through is a notification's id.") }
            self = .through(id)
        default:
            guard value == .bool(true) else { throw Problem(.badRequest, "all is true, or left out.") }
            self = .all
        }
    }
}

extension [String] {
    /// What the body of `POST .../unread` names.
    init(unread request: HTTPRequest) throws(Problem) {
        guard let ids = try JSONObject(inboxRequest: request)["ids"] else {
            throw Problem(.badRequest, #"Send {"ids":[...]}."#)
        }
        try self.init(ids: ids)
    }

    fileprivate init(ids value: JSONValue) throws(Problem) {
        let ids = value.asArray?.map(\.notificationID) ?? []
        guard !ids.isEmpty, ids.count <= ReadState.idsPerEvent, !ids.contains(nil) else {
            throw Problem(.badRequest, "ids is an array of 1 to \(ReadState.idsPerEvent) notifications' ids.")
        }
        self = ids.compactMap { $0 }
    }
}

extension JSONObject {
    fileprivate init(inboxRequest request: HTTPRequest) throws(Problem) {
        let body: JSONValue
        do {
            body = try JSONValue.parse(request.body)
        } catch {
            throw Problem(.badRequest, "The body is not JSON: \(error).")
        }
        guard let object = body.asObject else { throw Problem(.badRequest, "The body is not a JSON object.") }
        self = object
    }
}

extension JSONValue {
    /// An id as entries have it: text, or an integer, which stands for its digits.
    fileprivate var notificationID: String? {
        switch self {
        case .string(let text) where EntryReader.isID(text): text
        case .number(let digits) where EntryReader.isID(digits): digits
        default: nil
        }
    }
}

extension HistoryQuery {
    /// What the query of `GET .../notifications` asks for.
    init(_ target: RequestTarget, of feed: FeedName) throws(Problem) {
        self.init(feed: feed)
        switch target.first("unread") {
        case nil, "", "0": break
        case "1": onlyUnread = true
        default: throw Problem(.badRequest, "unread is 1, or left out.")
        }
        before = target.first("before").flatMap { $0.isEmpty ? nil : $0 }
        after = target.first("after").flatMap { $0.isEmpty ? nil : $0 }
        limit = try Self.limit(target)
    }

    /// How many items the query of a list asks for.
    static func limit(_ target: RequestTarget) throws(Problem) -> Int {
        guard let text = target.first("limit") else { return defaultLimit }
        guard let limit = Int(text), limits.contains(limit) else {
            throw Problem(.badRequest, "limit is a number from 1 to \(limits.upperBound).")
        }
        return limit
    }
}
