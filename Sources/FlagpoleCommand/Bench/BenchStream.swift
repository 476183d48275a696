import HTTP
import JSON
import Reactor

/// One stream of a measurement, and what it has got.
final class BenchStream {
    private(set) var isLive = false
    /// Why it has ended.
    private(set) var failure: String?
    private let socket: ClientSocket
    private var response = HTTPResponseParser()
    private var events = ServerSentEventParser()

    /// Asks for a stream of one feed, from now on.
    init(_ feed: String, at address: ServerAddress) throws(CommandError) {
        socket = try ClientSocket(to: address)
        let lines = [
            "GET /v1/stream?feed=\(PercentEncoding.encode(feed))&since=now HTTP/1.1", "Host: \(address.authority)",
        ]
        guard socket.send((lines + address.authorization).joined(separator: "\r\n") + "\r\n\r\n") else {
            throw .failure("\(address) closed the connection")
        }
    }

    var descriptor: Int32 { socket.descriptor }

    /// Reads what is there, and calls `note` with the number of each notification.
    func read(_ note: (Int) -> Void) {
        while failure == nil {
            switch socket.receiveNow() {
            case .silence: return
            case .closed: failure = failure ?? "a stream was cut"
            case .bytes(let bytes):
                bytes.withUnsafeBytes { response.append($0) }
                do throws(HTTPParseError) { try take(note) } catch {
                    failure = "a stream cannot be read: \(error.detail)"
                }
            }
        }
    }

    private func take(_ note: (Int) -> Void) throws(HTTPParseError) {
        while let part = try response.next() {
            switch part {
            case .head(let status, _) where status != .ok: failure = "a stream was refused: \(status.code)"
            case .head: break
            case .body(let bytes):
                events.append(bytes)
                while let event = try events.next() {
                    switch event.event {
                    case "live": isLive = true
                    case "message":
                        if let number = (try? JSONValue.parse(Array(event.data.utf8)))?["n"]?.asInt { note(number) }
                    default: break
                    }
                }
            case .end: failure = failure ?? "a stream has ended"
            }
        }
    }
}
