import HTTP
import JSON
import Redis

/// An error answer as RFC 9457 has it: `application/problem+json` with type, title, status and detail.
struct Problem: Error {
    let status: HTTPStatus
    /// What is wrong, and what to do.
    let detail: String
    var headers: [(String, String)] = []
    /// What is answered in place of the problem document; a route may say so.
    var answer: JSONObject?

    init(_ status: HTTPStatus, _ detail: String, headers: [(String, String)] = []) {
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    var response: HTTPResponse {
        if let answer {
            var response = HTTPResponse.json(answer, status: status)
            for (name, value) in headers { response.headers.add(name, value) }
            return response
        }
        var body = JSONWriter()
        body.beginObject()
        body.name("type")
        body.string("about:blank")
        body.name("title")
        body.string(status.reason)
        body.name("status")
        body.int(status.code)
        body.name("detail")
        body.string(detail)
        body.endObject()
        var response = HTTPResponse(status: status, contentType: "application/problem+json", body: body.bytes)
        for (name, value) in headers { response.headers.add(name, value) }
        response.headers.add("Cache-Control", "no-store")
        return response
    }
}

extension Problem {
    /// Why Redis did not take what was to be published.
    init(_ error: RedisError) {
        if case .server(let refusal) = error, refusal.code == "WRONGTYPE" {
            self.init(
                .conflict, "The feed's list in Redis is a key of another type; delete it or change the kind's list.")
        } else {
            self.init(
                .serviceUnavailable, "\(error). Send it again; with the same ids nothing is doubled.",
                headers: [("Retry-After", "1")])
        }
    }
}
