import Foundation
import HTTP
import JSON

/// A response, whole.
struct HTTPAnswer {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { text.json }
}

/// One connection that asks and reads answers, as often as the server lets it.
final class HTTPClient {
    let socket: LoopbackSocket
    /// The server, which is not to end while somebody asks.
    private let server: FlagpoleProcess
    private var parser = HTTPResponseParser()

    /// Connects to the server's port, or to another of its own.
    init(_ server: FlagpoleProcess, port: Int? = nil) throws {
        self.server = server
        socket = try LoopbackSocket(port: port ?? server.port)
    }

    /// The bytes of a request; a `Host` and a `Content-Length` are added where they are not among the headers.
    func encode(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: String = ""
    ) -> String {
        var lines = headers
        if !lines.contains(where: { $0.0 == "Host" }) { lines.append(("Host", "127.0.0.1:\(server.port)")) }
        if !body.isEmpty { lines.append(("Content-Length", String(body.utf8.count))) }
        return "\(method) \(target) HTTP/1.1\r\n" + lines.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n" + body
    }

    func request(
        _ method: String, _ target: String, headers: [(String, String)] = [], body: String = ""
    ) throws -> HTTPAnswer {
        socket.send(encode(method, target, headers: headers, body: body))
        return try answer(toHead: method == "HEAD")
    }

    /// Publishes to a feed.
    func publish(_ body: String, to feed: String, headers: [(String, String)] = []) throws -> HTTPAnswer {
        try request(
            "POST", "/v1/feeds/\(feed)/notifications", headers: [("Content-Type", "application/json")] + headers,
            body: body)
    }

    /// Reads the next answer.
    func answer(toHead: Bool = false, within time: Duration = patience) throws -> HTTPAnswer {
        let deadline = ContinuousClock.now + time
        parser.method = toHead ? .head : .get
        var (status, headers, body) = (0, HTTPHeaders(), [UInt8]())
        while true {
            switch try parser.next() {
            case .head(let newStatus, let newHeaders): (status, headers) = (newStatus.code, newHeaders)
            case .body(let bytes): body += bytes
            case .end: return HTTPAnswer(status: status, headers: headers, body: body)
            case nil:
                guard let bytes = try socket.receive(until: deadline) else {
                    let state = server.isRunning ? "the bridge runs" : "the bridge has ended"
                    throw HarnessError("the connection was closed before the end of an answer; \(state): \(server.log)")
                }
                bytes.withUnsafeBytes { parser.append($0) }
            }
        }
    }

    /// Whether the server closes the connection without another byte.
    func isClosed(within time: Duration = patience) throws -> Bool {
        try socket.receive(until: .now + time) == nil
    }
}

extension String {
    /// The JSON that this is; null where it is none.
    var json: JSONValue { (try? JSONValue.parse(Array(utf8))) ?? .null }
}
