/// Writes responses as HTTP/1.1 (RFC 9112 §4, §6).
///
/// The encoder alone decides on framing and persistence: Content-Length, Transfer-Encoding and Connection among
/// the given headers are left out. `date` is an IMF-fixdate, for a Date header.
package enum HTTPResponseEncoder {
    /// The interim response to `Expect: 100-continue`.
    package static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The bytes of a whole response, its body left out where the method or the status has none.
    ///
    /// HEAD gets the Content-Length of the body that GET would get (RFC 9110 §8.6); 1xx, 204 and 304 get none.
    package static func encode(
        _ response: HTTPResponse, to method: HTTPMethod, keepAlive: Bool, date: String?
    ) -> [UInt8] {
        let hasBody = method != .head && !response.status.forbidsBody
        var out: [UInt8] = []
        out.reserveCapacity(192 + response.headers.lines.count + (hasBody ? response.body.count : 0))
        appendHead(response.status, response.headers, date, to: &out)
        if !response.status.forbidsBody {
            out.append("Content-Length: ")
            out.append(decimal: response.body.count)
            out.append("\r\n")
        }
        out.append(keepAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n")
        if hasBody { out.append(contentsOf: response.body) }
        return out
    }

    /// The head of a response whose body follows bit by bit: chunked, or for HTTP/1.0 until the connection closes.
    package static func encodeStreamHead(
        status: HTTPStatus, headers: HTTPHeaders, chunked: Bool, date: String?
    ) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(192 + headers.lines.count)
        appendHead(status, headers, date, to: &out)
        out.append(
            chunked
                ? "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
                : "Connection: close\r\n\r\n")
        return out
    }

    private static func appendHead(
        _ status: HTTPStatus, _ headers: HTTPHeaders, _ date: String?, to out: inout [UInt8]
    ) {
        out.append("HTTP/1.1 ")
        out.append(decimal: status.code)
        out.append(.space)
        out.append(contentsOf: status.reason.utf8)
        out.append("\r\n")
        if let date {
            out.append("Date: ")
            out.append(contentsOf: date.utf8)
            out.append("\r\n")
        }
        let lines = headers.lines.span
        for field in headers.fields where !isFraming(lines, field.name) {
            out.append(contentsOf: headers.lines[field.name.lowerBound..<field.value.upperBound])
            out.append("\r\n")
        }
    }

    private static func isFraming(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        bytes.equals("connection", ignoringCaseIn: name) || bytes.equals("content-length", ignoringCaseIn: name)
            || bytes.equals("transfer-encoding", ignoringCaseIn: name)
    }
}
