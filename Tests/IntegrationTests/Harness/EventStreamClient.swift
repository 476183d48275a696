import Foundation
import HTTP
import JSON

/// An event stream as a browser reads it, one event at a time.
final class EventStreamClient {
    private(set) var head: (status: Int, headers: HTTPHeaders)?
    /// The body as it came, transfer coding removed.
    private(set) var body: [UInt8] = []
    /// Whether the whole body has arrived.
    private(set) var isAtEnd = false
    /// The server, which is not to end while somebody reads.
    private let server: FlagpoleProcess
    private let socket: LoopbackSocket
    private var response = HTTPResponseParser()
    private var events = ServerSentEventParser(maxEventBytes: 16_777_216)

    /// Asks for a stream, at the server's port or that of a proxy before it; nothing is read yet.
    init(
        _ server: FlagpoleProcess, path: String = "/v1/stream", query: String, headers: [(String, String)] = [],
        version: String = "1.1",
        receiveBuffer: Int32? = nil, port: Int? = nil
    ) throws {
        self.server = server
        socket = try LoopbackSocket(port: port ?? server.port, receiveBuffer: receiveBuffer)
        let host = headers.contains { $0.0 == "Host" } ? [] : [("Host", "127.0.0.1")]
        let lines = (host + headers).map { "\($0.0): \($0.1)\r\n" }.joined()
        socket.send("GET \(path)?\(query) HTTP/\(version)\r\n\(lines)\r\n")
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var lastEventID: String { events.lastEventID }
    var retry: Int? { events.retryMilliseconds }

    /// The next event; nil at the stream's end.
    func next(within time: Duration = patience) throws -> ReceivedEvent? {
        let deadline = ContinuousClock.now + time
        while true {
            if let event = try events.next() { return event }
            guard try read(until: deadline) else { return nil }
        }
    }

    /// The next event that is there, as it must be.
    func event(within time: Duration = patience) throws -> ReceivedEvent {
        guard let event = try next(within: time) else { throw HarnessError("the stream has ended: \(text)") }
        return event
    }

    /// The next so many notifications, whatever stands between them.
    func notifications(_ count: Int) throws -> [ReceivedEvent] {
        var events: [ReceivedEvent] = []
        // Heartbeats are no reason to wait longer.
        var deadline = ContinuousClock.now + patience
        while events.count < count {
            let event = try event(within: deadline - .now)
            guard !["welcome", "live", "ping"].contains(event.event) else { continue }
            events.append(event)
            deadline = .now + patience
        }
        return events
    }

    /// The ids of the next so many notifications.
    func ids(_ count: Int) throws -> [String] { try notifications(count).map(\.notificationID) }

    /// Reads from the welcome, if it is still to come, to `live`, and returns what lies between: backlog or replay.
    @discardableResult
    func untilLive() throws -> [ReceivedEvent] {
        var events: [ReceivedEvent] = []
        while true {
            let event = try event()
            switch event.event {
            case "welcome", "ping": continue
            case "live": return events
            default: events.append(event)
            }
        }
    }

    /// Reads what comes until the server ends the stream.
    func untilEnd() throws -> [ReceivedEvent] {
        var events: [ReceivedEvent] = []
        while let event = try next() { events.append(event) }
        return events
    }

    /// Takes what arrives next; false at the stream's end.
    private func read(until deadline: ContinuousClock.Instant) throws -> Bool {
        guard !isAtEnd else { return false }
        if let bytes = try socket.receive(until: deadline) {
            bytes.withUnsafeBytes { response.append($0) }
        } else {
            isAtEnd = true
        }
        while let part = try response.next() { take(part) }
        if isAtEnd, let part = try response.finish() { take(part) }
        return true
    }

    private func take(_ part: HTTPResponseParser.Event) {
        switch part {
        case .head(let status, let headers): head = (status.code, headers)
        case .body(let bytes):
            body += bytes
            events.append(bytes)
        case .end: isAtEnd = true
        }
    }
}

extension ReceivedEvent {
    /// The `id` member of what was sent; the data itself where it has none.
    var notificationID: String { data.json["id"]?.asString ?? data }
}
