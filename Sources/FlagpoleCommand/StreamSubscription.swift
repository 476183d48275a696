import Feeds
import HTTP

/// What a stream is asked for.
struct StreamSubscription: Sendable {
    let feeds: [FeedName]
    /// Whether notifications come as they are rather than in an envelope that names their feed and id.
    let isRaw: Bool
    /// Whether a stream without a cursor begins with what comes next.
    let isSinceNow: Bool

    /// The request to send (RFC 9112 §3).
    func request(to address: ServerAddress, lastEventID: String) -> String {
        var query = feeds.map { "feed=\(PercentEncoding.encode($0.text))" }
        if !isRaw { query.append("envelope=1") }
        if isSinceNow { query.append("since=now") }
        var lines = [
            "GET /v1/stream?\(query.joined(separator: "&")) HTTP/1.1",
            "Host: \(address.authority)",
            "Accept: text/event-stream",
            "User-Agent: flagpole/\(Flagpole.version)",
        ]
        lines += address.authorization
        if !lastEventID.isEmpty { lines.append("Last-Event-ID: \(lastEventID)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }
}
