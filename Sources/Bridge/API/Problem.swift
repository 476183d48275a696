import HTTP
import JSON

/// An error answer as RFC 9457 has it: `application/problem+json` with type, title, status and detail.
struct Problem: Error {
    let status: HTTPStatus
    /// What is wrong, and what to do.
    let detail: String
    var headers: [(String, String)] = []

    init(_ status: HTTPStatus, _ detail: String, headers: [(String, String)] = []) {
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    var response: HTTPResponse {
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
