import Feeds
import HTTP
import JSON
import Reactor

/// The notifications in the body of `POST /v1/feeds/{feed}/notifications`: one object, or an array of up to 1000.
struct Publication {
    /// The entries to push, each with an id.
    private(set) var entries: [[UInt8]] = []
    private(set) var ids: [String] = []

    static let maximumCount = 1000

    /// Reads and checks all of them; the first that is not allowed refuses them all.
    init(_ request: HTTPRequest, _ settings: Configuration) throws(Problem) {
        let body: JSONValue
        do {
            body = try JSONValue.parse(request.body)
        } catch {
            throw Problem(.badRequest, "The body is not JSON: \(error). Send one object, or an array of objects.")
        }
        let objects: [JSONValue]
        if case .array(let elements) = body { objects = elements } else { objects = [body] }
        guard (1...Publication.maximumCount).contains(objects.count) else {
            throw Problem(
                .unprocessableContent,
                "Send 1 to \(Publication.maximumCount) notifications at a time, not \(objects.count)."
            )
        }
        let key = try Publication.key(of: request)
        if key != nil, case .array = body {
            throw Problem(.badRequest, "Idempotency-Key is the id of a single object; in an array give each an id.")
        }
        var reader = OutgoingEntryReader(maximumBytes: settings.poll.maxNotificationBytes)
        for (index, object) in objects.enumerated() { try add(object.encoded(), index, key, &reader) }
    }

    /// Reads and checks one notification, which is a part of a request's body.
    init(one notification: JSONValue, of request: HTTPRequest, _ settings: Configuration) throws(Problem) {
        var reader = OutgoingEntryReader(maximumBytes: settings.poll.maxNotificationBytes)
        try add(notification.encoded(), 0, try Publication.key(of: request), &reader)
    }

    /// The id that a request brings in a header.
    private static func key(of request: HTTPRequest) throws(Problem) -> String? {
        let key = request.headers["Idempotency-Key"]
        if let key, !EntryReader.isID(key) {
            throw Problem(
                .unprocessableContent, "Idempotency-Key is not taken as an id: \(BadEntry.badID.explanation).")
        }
        return key
    }

    private mutating func add(
        _ object: [UInt8], _ index: Int, _ key: String?, _ reader: inout OutgoingEntryReader
    ) throws(Problem) {
        let makeID = { key ?? NotificationID.make(unixMilliseconds: WallClock.unixMilliseconds) }
        switch reader.read(object, makeID: makeID) {
        case .bad(let reason):
            throw Problem(.unprocessableContent, "Notification \(index) cannot be taken: \(reason.explanation).")
        case .ready(let id, _) where key != nil && key != id:
            throw Problem(
                .unprocessableContent, "Idempotency-Key and the notification's id differ; send one of them.")
        case .ready(let id, let bytes):
            ids.append(id)
            entries.append(bytes)
        }
    }
}
