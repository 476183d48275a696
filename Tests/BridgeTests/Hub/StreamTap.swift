import Feeds
import Glibc
import HTTP
import JSON

@testable import Bridge

/// A stream that is read only when a test says so, and meanwhile backs up: its kernel buffers are small.
final class StreamTap {
    let feeds: [String]
    /// A condition of its own, as its query says it.
    let condition: String?
    /// Where it asked to begin; `nil` for what comes from now on.
    private let asked: LogPosition?
    /// All that came, in order.
    private(set) var received: [ReceivedEvent] = []
    /// The events that came, but for the bridge's own.
    private(set) var notifications: [ReceivedEvent] = []
    /// The bridge's own, by name: each is to come once.
    private(set) var others: [String: [ReceivedEvent]] = [:]
    private let descriptor: Int32
    private var response = HTTPResponseParser()
    private var events = ServerSentEventParser()

    init(
        _ feeds: [String], query: String = "", condition: String? = nil, cursor: String = "", port: Int
    ) throws {
        self.feeds = feeds
        self.condition = condition
        asked = Cursor(cursor)?.position ?? (query.isEmpty ? 0 : nil)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var size: Int32 = 2048
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw TestError("connecting failed with errno \(errno)") }
        let target =
            "/v1/stream?" + feeds.map { "feed=\($0)&" }.joined() + query + (condition.map { "&where=\($0)" } ?? "")
        let request = Array("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: \(cursor)\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw TestError("the request was not sent")
        }
    }

    deinit { close(descriptor) }

    var lastEventID: String { events.lastEventID }

    /// The cursor from which on everything has to come; `nil` until the stream is welcomed.
    ///
    /// A welcome that did not wait for the database any longer has none: then it is what the stream asked for.
    var start: LogPosition? {
        guard let welcome = others["welcome"]?.first else { return nil }
        return Cursor(welcome.id)?.position ?? asked ?? positions.first.map { $0 - 1 }
    }

    var positions: [LogPosition] { notifications.map { Cursor($0.id)?.position ?? -1 } }

    /// Takes what is there, and waits a little where there is nothing; false if nothing came.
    @discardableResult
    func drain(upTo limit: Int = .max, waiting milliseconds: Int32 = 0) throws -> Bool {
        var taken = 0
        var buffer = [UInt8](repeating: 0, count: 4096)
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while taken < limit, poll(&request, 1, taken == 0 ? milliseconds : 0) > 0 {
            let count = recv(descriptor, &buffer, min(buffer.count, limit - taken), 0)
            guard count > 0 else { throw TestError("the stream has ended") }
            taken += count
            buffer[..<count].withUnsafeBytes { response.append($0) }
            while let part = try response.next() {
                if case .body(let bytes) = part { events.append(bytes) }
            }
            while let event = try events.next() { note(event) }
        }
        return taken > 0
    }

    /// Reads until `condition` holds, or long enough.
    func read(until condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(15)
        while !condition() {
            guard ContinuousClock.now < deadline else { throw TestError("only \(notifications) came, and \(others)") }
            try drain(waiting: 5)
        }
    }

    /// Reads until the stream is live.
    func untilLive() throws { try read { others["live"] != nil } }

    private func note(_ event: ReceivedEvent) {
        received.append(event)
        if event.data.hasPrefix("{\"id\"") || event.data.hasPrefix("{\"feed\"")
            || event.data.hasPrefix("{\"batch\"")
        {
            notifications.append(event)
        } else {
            others[event.event, default: []].append(event)
        }
    }
}

extension ReceivedEvent {
    /// The ids of what it carries: of one notification, in its envelope or not, or of those of a batch.
    var ids: [String] {
        guard let value = try? JSONValue.parse(Array(data.utf8)), let object = value.asObject else { return [] }
        let elements = object["batch"]?.asArray ?? [value]
        return elements.compactMap { $0.asObject?["id"]?.asString }
    }

    /// The feed that its envelope names.
    var feed: String? { (try? JSONValue.parse(Array(data.utf8)))?.asObject?["feed"]?.asString }
}
