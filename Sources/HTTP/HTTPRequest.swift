/// A request that arrived whole, its body included.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    package var target: RequestTarget
    /// 0 or 1, of HTTP/1.
    package var minorVersion: Int
    /// The fields as they came; Host is the target's authority where that was given.
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(
        method: HTTPMethod, target: RequestTarget, minorVersion: Int = 1, headers: HTTPHeaders = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.minorVersion = minorVersion
        self.headers = headers
        self.body = body
    }

    /// Whether the peer wants the connection for another request (RFC 9112 §9.3).
    package var keepsAlive: Bool {
        if headers.list("connection", contains: "close") { return false }
        return minorVersion > 0 || headers.list("connection", contains: "keep-alive")
    }
}
