import JSON

/// What a writer appended to a feed's list, as the bridge understands it.
package enum Entry: Hashable, Sendable {
    /// An entry to store and send.
    case notification(id: String?, event: String?, times: EntryTimes = .always)
    /// An entry to set aside: kept whole, but not sent.
    case bad(BadEntry)
}

/// Why an entry was set aside.
///
/// The text stands in the database and in messages.
package enum BadEntry: String, Hashable, Sendable, CaseIterable {
    case tooLarge = "too-large"
    case invalidUTF8 = "invalid-utf8"
    case notJSON = "not-json"
    case notAnObject = "not-an-object"
    case notAnArray = "not-an-array"
    case tooDeep = "too-deep"
    case badID = "bad-id"
    case badFeed = "bad-feed"

    /// What is wrong, in a few words.
    package var problem: String {
        switch self {
        case .tooLarge: "larger than poll.max_notification_bytes"
        case .invalidUTF8: "not valid UTF-8"
        case .notJSON: "not JSON"
        case .notAnObject: "JSON, but not an object"
        case .notAnArray: "JSON, but not an array"
        case .tooDeep: "nested deeper than 128 levels"
        case .badID: "id not allowed"
        case .badFeed: "not of a feed"
        }
    }

    /// What is wrong, and what a writer should send instead.
    package var explanation: String { "\(problem); \(advice)" }

    private var advice: String {
        switch self {
        case .tooLarge: "send a reference to what is large"
        case .invalidUTF8: "encode it as UTF-8"
        case .notJSON: "push one JSON object per entry"
        case .notAnObject: "wrap it as {\"value\": ...}"
        case .notAnArray: "the value of a kind with the source \"value\" is an array"
        case .tooDeep: "flatten it"
        case .badID:
            "use a string of 1 to 256 bytes without control characters or outer space, or an integer"
        case .badFeed: "name the feed KIND:ID, its ID 1 to 128 of letters, digits and . _ @ + - |"
        }
    }
}

/// Reads entries: validates them, and finds the members that the bridge itself looks at.
package struct EntryReader: Sendable {
    private let scanner = JSONObjectScanner(members: ["id", "event", "deliver_at", "expires_at"])
    private let maximumBytes: Int
    private var found: [JSONRawValue?] = []

    /// SSE event names that entries cannot send: they are the bridge's own, or EventSource's.
    package static let reservedEvents: Set<String> = [
        "welcome", "live", "ping", "read", "unread", "removed", "resync", "end", "goodbye", "auth-expired", "message",
        "open", "error",
    ]

    package init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// Reads one entry.
    ///
    /// O(n), and allocates for its id and event name only.
    package mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Entry {
        guard bytes.count <= maximumBytes else { return .bad(.tooLarge) }
        do {
            try scanner.scan(bytes, found: &found)
        } catch {
            return .bad(BadEntry(error.reason))
        }
        guard let id = EntryReader.id(found[0], in: bytes) else { return .bad(.badID) }
        let event = found[1]?.string(in: bytes)
        return .notification(
            id: id.isEmpty ? nil : id, event: event.flatMap { EntryReader.isEventName($0) ? $0 : nil },
            times: EntryTimes(deliverAt: found[2], expiresAt: found[3], in: bytes))
    }

    /// The id that a member says: empty where the bridge shall give one, `nil` where it is not allowed.
    private static func id(_ member: JSONRawValue?, in bytes: UnsafeBufferPointer<UInt8>) -> String? {
        switch member?.kind {
        case nil, .null: ""
        case .string:
            member?.string(in: bytes).flatMap { $0.isEmpty || isID($0) ? $0 : nil }
        case .number: member?.integerDigits(in: bytes).flatMap { isID($0) ? $0 : nil }
        default: nil
        }
    }

    /// Whether a string may be a notification's id: 1 to 256 bytes, no control characters, no outer white space.
    package static func isID(_ text: String) -> Bool {
        guard (1...256).contains(text.utf8.count), let first = text.unicodeScalars.first,
            let last = text.unicodeScalars.last
        else { return false }
        return !first.properties.isWhitespace && !last.properties.isWhitespace
            && text.unicodeScalars.allSatisfy(isPlain)
    }

    /// Whether a string may be an SSE event name that an entry sends.
    package static func isEventName(_ text: String) -> Bool {
        (1...64).contains(text.unicodeScalars.count) && text.unicodeScalars.allSatisfy(isPlain)
            && !reservedEvents.contains(text)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // U+FFFD stands for what could not be decoded, so different names would look the same.
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFFFD: false
        default: true
        }
    }
}

extension BadEntry {
    init(_ reason: JSONError.Reason) {
        self =
            switch reason {
            case .invalidUTF8: .invalidUTF8
            case .tooDeep: .tooDeep
            case .notAnObject: .notAnObject
            default: .notJSON
            }
    }
}
