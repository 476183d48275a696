import Feeds
import HTTP
import JSON
import Reactor

/// Prints what a stream sends: notifications to standard output, what happens to the stream to standard error.
struct NotificationPrinter {
    private let isRaw: Bool
    /// How many notifications are still wanted; nil for all.
    private var remaining: Int?

    /// - Parameters:
    ///   - isRaw: Whether notifications are printed as JSON, in the form in which they are sent.
    ///   - limit: How many are wanted.
    init(isRaw: Bool, limit: Int?) {
        self.isRaw = isRaw
        remaining = limit
    }

    /// Prints one event; returns false once enough was printed, or nobody reads it any more.
    mutating func show(_ event: ReceivedEvent) -> Bool {
        guard EntryReader.reservedEvents.contains(event.event), event.event != "message" else {
            return printNotification(event.data)
        }
        let data = (try? JSONValue.parse(Array(event.data.utf8))) ?? .null
        switch event.event {
        case "ping":
            return true
        case "resync":
            return printSnapshot(data)
        case "welcome":
            Terminal.error.note("connected: \(Self.feeds(in: data))")
        case "live":
            Terminal.error.note("live")
        case "goodbye":
            Terminal.error.note("the bridge ends the stream: \(data["reason"]?.asString?.printable ?? "no reason")")
        default:
            Terminal.error.note("\(event.event): \(event.data.printable)")
        }
        return true
    }

    /// Prints the newest of each feed, which a stream that lost its place gets instead of what it missed.
    private mutating func printSnapshot(_ data: JSONValue) -> Bool {
        for (feed, snapshot) in data["feeds"]?.asObject ?? [:] {
            let reason = snapshot["reason"]?.asString ?? "unknown reason"
            Terminal.error.note("the place in \(feed.printable) is lost (\(reason.printable)); these are the newest")
            for item in snapshot["items"]?.asArray ?? [] {
                guard printNotification(String(decoding: item.encoded(), as: UTF8.self)) else { return false }
            }
        }
        return true
    }

    /// Prints a notification as it was stored; returns false once enough was printed.
    mutating func show(_ body: String, id: String, of feed: String) -> Bool {
        // JSON has line ends only between its tokens.
        if isRaw { return printLine(String(body.map { ["\n", "\r", "\r\n"].contains($0) ? " " : $0 })) }
        let value = (try? JSONValue.parse(Array(body.utf8))) ?? .string(body)
        return printLine(Self.line(feed, id, value))
    }

    private mutating func printNotification(_ data: String) -> Bool {
        if data.hasPrefix(#"{"batch":["#), let batch = try? JSONValue.parse(Array(data.utf8)) {
            return (batch["batch"]?.asArray ?? []).allSatisfy {
                printNotification(String(decoding: $0.encoded(), as: UTF8.self))
            }
        }
        guard !isRaw, let envelope = try? JSONValue.parse(Array(data.utf8)), let body = envelope["body"] else {
            return printLine(isRaw ? data : data.printable)
        }
        return printLine(Self.line(envelope["feed"]?.asString ?? "", envelope["id"]?.asString ?? "", body))
    }

    private mutating func printLine(_ line: String) -> Bool {
        Terminal.output.write(line + "\n")
        remaining = remaining.map { $0 - 1 }
        return remaining != 0 && !Terminal.outputIsLost
    }

    /// When, where, which and what, such as `2026-01-02T03:04:05.678Z user:42 01J... New order: #12345`.
    private static func line(_ feed: String, _ id: String, _ body: JSONValue) -> String {
        let time = RFC3339.format(unixMilliseconds: WallClock.unixMilliseconds)
        return [
            Terminal.output.styled(.dim, time), Terminal.output.styled(.bold, feed.printable),
            Terminal.output.styled(.dim, id.printable), text(of: body).printable,
        ].joined(separator: " ")
    }

    /// Title and message, or where there are none the notification as JSON.
    private static func text(of body: JSONValue) -> String {
        let parts = [body["title"]?.asString, body["message"]?.asString].compactMap(\.self).filter { !$0.isEmpty }
        return parts.isEmpty ? String(decoding: body.encoded(), as: UTF8.self) : parts.joined(separator: ": ")
    }

    private static func feeds(in welcome: JSONValue) -> String {
        let names = welcome["feeds"]?.asArray?.compactMap(\.asString) ?? []
        return names.map { name in
            let unread = welcome["unread"]?[name]?.asInt.map { " (\($0) unread)" } ?? ""
            return name.printable + unread
        }.joined(separator: ", ")
    }
}
