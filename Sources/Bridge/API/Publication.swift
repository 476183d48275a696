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
                .unprocessableContent, "Send 1 to \(Publication.maximumCount) notifications; this are \(objects.count)."
            )
        }
        let key = request.headers["Idempotency-Key"]
        if key != nil, case .array = body {
            throw Problem(.badRequest, "Idempotency-Key is the id of a single object; in an array give each an id.")
        }
        var reader = EntryReader(maximumBytes: settings.poll.maxNotificationBytes)
        for (index, object) in objects.enumerated() { try add(object, index, key, &reader) }
    }

    private mutating func add(
        _ value: JSONValue, _ index: Int, _ key: String?, _ reader: inout EntryReader
    ) throws(Problem) {
        let id: String
        let encoded: [UInt8]
        switch Publication.read(value.encoded(), &reader) {
        case .bad(let reason):
            throw Problem(.unprocessableContent, "Notification \(index) cannot be taken: \(reason.explanation).")
        case .notification(let given?, _):
            guard key == nil || key == given else {
                throw Problem(
                    .unprocessableContent, "Idempotency-Key and the notification's id differ; send one of them.")
            }
            id = given
            encoded = value.encoded()
        case .notification(nil, _):
            id = key ?? NotificationID.make(unixMilliseconds: WallClock.unixMilliseconds)
            var object = value.asObject ?? JSONObject()
            object["id"] = .string(id)
            encoded = JSONValue.object(object).encoded()
            guard case .notification = Publication.read(encoded, &reader) else {
                throw Problem(
                    .unprocessableContent,
                    "Notification \(index) is too large with its id, or Idempotency-Key is no id: "
                        + BadEntry.badID.explanation + ".")
            }
        }
        ids.append(id)
        entries.append(encoded)
    }

    private static func read(_ bytes: [UInt8], _ reader: inout EntryReader) -> Entry {
        bytes.withUnsafeBufferPointer { reader.read($0) }
    }
}
