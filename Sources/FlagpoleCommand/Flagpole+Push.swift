import Bridge
import Feeds
import JSON

extension Flagpole {
    private static let json = CommandOption(name: "json", value: "JSON", summary: "the notification, an object")
    private static let title = CommandOption(name: "title", value: "TEXT", summary: "the notification's title")
    private static let message = CommandOption(name: "message", value: "TEXT", summary: "the notification's message")
    private static let event = CommandOption(name: "event", value: "NAME", summary: "the name of the SSE event")
    private static let id = CommandOption(name: "id", value: "ID", summary: "the notification's id, unique in the feed")

    static let push = Command(
        name: "push", operands: "FEED", operandCount: 1...1, summary: "push notifications to a feed, straight to Redis",
        details: """
            Without --json, --title and --message it reads JSON objects from its standard input, one a line. What has
            no id gets one. It prints the id, or after a standard input how many notifications were pushed.
            """,
        options: [.config, .environmentFile, json, title, message, event, id]
    ) { arguments throws(CommandError) in
        let feed = try FeedName.operand(arguments.operands[0])
        let entry = try entry(arguments)
        let configuration = try arguments.configuration()
        guard let kind = configuration.kind(of: feed) else {
            let known = configuration.kinds.map(\.name).joined(separator: ", ")
            throw .failure("no kind \(feed.kind) is configured: known are \(known)")
        }
        var publisher = try FeedPublisher(feed, kind, configuration)
        if let entry {
            Terminal.output.write("\(try publisher.push(entry))\n")
        } else {
            try pushLines(with: &publisher)
        }
        return 0
    }

    /// The notification that the options describe; nil where it comes from standard input.
    private static func entry(_ arguments: ParsedArguments) throws(CommandError) -> [UInt8]? {
        let members = [title, message, event, id]
        let given = members.filter { arguments.has($0) }
        if let text = arguments[json] {
            if let other = given.first {
                throw .usage("--\(other.name) does not go with --json: put it into the object")
            }
            return Array(text.utf8)
        }
        guard arguments.has(title) || arguments.has(message) else {
            if let other = given.first { throw .usage("--\(other.name) needs --title or --message") }
            return nil
        }
        if let name = arguments[event], !EntryReader.isEventName(name) {
            throw .usage(
                "--event is \(name.printable): allowed are 1 to 64 characters, and no name of the bridge's own")
        }
        var object = JSONObject()
        for option in members { object[option.name] = arguments[option].map { .string($0) } }
        return JSONValue.object(object).encoded()
    }

    private static func pushLines(with publisher: inout FeedPublisher) throws(CommandError) {
        try pushAll(of: LineReader(maximumBytes: publisher.maximumBytes), with: &publisher)
        let noun = publisher.pushed == 1 ? "notification" : "notifications"
        Terminal.output.write("\(publisher.pushed) \(noun) pushed to \(publisher.feed)\n")
    }

    private static func pushAll(of input: LineReader, with publisher: inout FeedPublisher) throws(CommandError) {
        var input = input
        var progress = ProgressLine(size: input.size)
        defer { progress.clear() }
        var number = 0
        while let lines = try input.next() {
            try publisher.push(lines: lines, after: number)
            number += lines.count
            progress.show(count: publisher.pushed, bytesRead: input.bytesRead)
        }
    }
}

extension FeedName {
    /// A feed's name from the command line.
    static func operand(_ text: String) throws(CommandError) -> FeedName {
        guard let feed = FeedName(text) else {
            throw .usage("\(text.printable) names no feed: allowed is KIND:ID, such as user:42")
        }
        return feed
    }
}
