import HTTP
import JSON

/// Asks a bridge over HTTP, one connection for each request.
struct BridgeClient {
    let address: ServerAddress
    /// How long a silence may last.
    var patience = Duration.seconds(10)

    /// - Throws: Why there is no answer, or what the bridge says is wrong.
    func get(_ target: String) throws(CommandError) -> JSONValue {
        try send(["GET \(target) HTTP/1.1"], "")
    }

    /// - Throws: Why there is no answer, or what the bridge says is wrong.
    func post(_ target: String, _ object: JSONObject) throws(CommandError) -> JSONValue {
        let body = String(decoding: JSONValue.object(object).encoded(), as: UTF8.self)
        let lines = [
            "POST \(target) HTTP/1.1", "Content-Type: application/json", "Content-Length: \(body.utf8.count)",
        ]
        return try send(lines, body)
    }

    /// The answer to a GET, whatever its status.
    ///
    /// - Throws: Why there is no answer, or none in JSON.
    func answer(_ target: String) throws(CommandError) -> (status: HTTPStatus, value: JSONValue) {
        let (status, body) = try exchange(["GET \(target) HTTP/1.1"], "")
        guard let value = try? JSONValue.parse(body) else {
            throw .failure("\(address) does not answer as a bridge does")
        }
        return (status, value)
    }

    private func send(_ head: [String], _ body: String) throws(CommandError) -> JSONValue {
        let (status, answer) = try exchange(head, body)
        guard 200..<300 ~= status.code else { throw .failure(status.refusal(answer)) }
        do throws(JSONError) {
            return try JSONValue.parse(answer)
        } catch {
            throw .failure("\(address) does not answer as a bridge does: \(error)")
        }
    }

    private func exchange(_ head: [String], _ body: String) throws(CommandError) -> (HTTPStatus, [UInt8]) {
        let fields = ["Host: \(address.authority)", "User-Agent: flagpole/\(Flagpole.version)", "Connection: close"]
        let socket = try ClientSocket(to: address)
        guard socket.send((head + fields + address.authorization).joined(separator: "\r\n") + "\r\n\r\n" + body) else {
            throw .failure("\(address) closed the connection")
        }
        var response = HTTPResponseParser()
        do {
            return try receive(&response, from: socket)
        } catch let error as CommandError {
            throw error
        } catch {
            throw .failure("\(address) does not answer as a bridge does: \(error)")
        }
    }

    private func receive(
        _ response: inout HTTPResponseParser, from socket: borrowing ClientSocket
    ) throws -> (HTTPStatus, [UInt8]) {
        var status = HTTPStatus.ok
        var body: [UInt8] = []
        while true {
            switch socket.receive(within: patience) {
            case .bytes(let bytes): bytes.withUnsafeBytes { response.append($0) }
            case .silence: throw CommandError.failure("\(address) does not answer")
            case .closed: throw CommandError.failure("\(address) closed the connection")
            }
            while let part = try response.next() {
                switch part {
                case .head(let code, _): status = code
                case .body(let bytes): body += bytes
                case .end: return (status, body)
                }
            }
        }
    }
}

extension HTTPStatus {
    /// What to tell of an answer with this status, and what its body says of it (RFC 9457).
    func refusal(_ body: [UInt8]) -> String {
        let detail = (try? JSONValue.parse(body))?["detail"]?.asString.map { ": \($0.printable)" } ?? ""
        let advice = code == 401 ? " Commands present the first key of FLAGPOLE_ADMIN_KEY." : ""
        return "the bridge answers \(code) \(reason.printable)\(detail)\(advice)"
    }
}
