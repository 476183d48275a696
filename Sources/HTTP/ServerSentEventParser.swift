/// An event as a client receives it.
package struct ReceivedEvent: Equatable, Sendable {
    /// The stream's last event id at the dispatch of this event; it persists over events without one.
    package let id: String
    /// `message` where the stream named none.
    package let event: String
    package let data: String
}

/// Reads events out of a stream, in whatever pieces its bytes come (WHATWG HTML §9.2.5, §9.2.6).
///
/// The client of the command line uses it. What is not UTF-8 is replaced by U+FFFD. An unfinished event at the
/// stream's end is dropped, as the standard asks.
package struct ServerSentEventParser: Sendable {
    /// The stream's last event id, to be sent as Last-Event-ID on reconnecting.
    package private(set) var lastEventID = ""
    /// The reconnection time that the stream last asked for.
    package private(set) var retryMilliseconds: Int?

    private let maxEventBytes: Int
    private var bytes: [UInt8] = []
    private var start = 0
    /// Up to here the unfinished line was searched for its end.
    private var searched = 0
    private var isAtStreamStart = true
    /// A CR ended the last line at once; an LF right after it belongs to the same line end.
    private var skipsLineFeed = false

    private var id: [UInt8] = []
    private var event: [UInt8] = []
    private var data: [UInt8] = []

    /// A parser that throws where one line or one event's data has more than `maxEventBytes`.
    package init(lastEventID: String = "", maxEventBytes: Int = 1_048_576) {
        self.lastEventID = lastEventID
        self.maxEventBytes = maxEventBytes
        id = Array(lastEventID.utf8)
    }

    package mutating func append(_ more: some Sequence<UInt8>) {
        bytes.removeSubrange(..<start)
        searched -= start
        start = 0
        bytes.append(contentsOf: more)
    }

    /// The next event, or nil when more bytes are needed.
    ///
    /// - Throws: `eventTooLarge`; the stream cannot be followed any further.
    package mutating func next() throws(HTTPParseError) -> ReceivedEvent? {
        guard skipByteOrderMark() else { return nil }
        while let line = try nextLine() {
            if line.isEmpty {
                if let received = dispatch() { return received }
            } else {
                try readField(line)
            }
        }
        return nil
    }

    /// Returns false while the stream's first bytes could still become a byte order mark.
    private mutating func skipByteOrderMark() -> Bool {
        guard isAtStreamStart else { return true }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if bytes.starts(with: mark) {
            start = mark.count
            searched = start
        } else if mark.starts(with: bytes) {
            return false
        }
        isAtStreamStart = false
        return true
    }

    private mutating func nextLine() throws(HTTPParseError) -> Range<Int>? {
        if skipsLineFeed, start < bytes.count {
            if bytes[start] == .lineFeed { start += 1 }
            searched = max(searched, start)
            skipsLineFeed = false
        }
        while searched < bytes.count, bytes[searched] != .lineFeed, bytes[searched] != .carriageReturn { searched += 1 }
        guard searched - start <= maxEventBytes else { throw .eventTooLarge(limit: maxEventBytes) }
        guard searched < bytes.count else { return nil }
        let line = start..<searched
        skipsLineFeed = bytes[searched] == .carriageReturn
        searched += 1
        start = searched
        return line
    }

    private mutating func readField(_ line: Range<Int>) throws(HTTPParseError) {
        let nameEnd = line.first { bytes[$0] == UInt8(ascii: ":") } ?? line.upperBound
        var valueStart = min(nameEnd + 1, line.upperBound)
        if valueStart < line.upperBound, bytes[valueStart] == .space { valueStart += 1 }
        let value = bytes[valueStart..<line.upperBound]

        // A comment has an empty name, and like every unknown field it changes nothing.
        switch bytes.span.string(line.lowerBound..<nameEnd) {
        case "event":
            event = Array(value)
        case "data":
            guard data.count + value.count < maxEventBytes else { throw .eventTooLarge(limit: maxEventBytes) }
            data.append(contentsOf: value)
            data.append(.lineFeed)
        case "id" where !value.contains(0):
            id = Array(value)
        case "retry" where !value.isEmpty && value.allSatisfy(\.isDigit):
            retryMilliseconds = Int(String(decoding: value, as: UTF8.self)) ?? retryMilliseconds
        default:
            break
        }
    }

    private mutating func dispatch() -> ReceivedEvent? {
        defer {
            event = []
            data = []
        }
        lastEventID = String(decoding: id, as: UTF8.self)
        guard !data.isEmpty else { return nil }
        return ReceivedEvent(
            id: lastEventID, event: event.isEmpty ? "message" : String(decoding: event, as: UTF8.self),
            data: String(decoding: data.dropLast(), as: UTF8.self))
    }
}
