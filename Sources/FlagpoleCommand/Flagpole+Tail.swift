import Bridge
import Feeds
import Glibc

extension Flagpole {
    private static let url = CommandOption(
        name: "url", value: "URL", summary: "the bridge's http://HOST:PORT, instead of the configuration's")
    private static let json = CommandOption(name: "json", summary: "print each notification as it is sent, one a line")
    private static let since = CommandOption(
        name: "since", value: "now", summary: "begin with what comes, not with old news")
    private static let count = CommandOption(name: "count", value: "N", summary: "end after so many notifications")
    private static let lastEventID = CommandOption(
        name: "last-event-id", value: "ID", summary: "begin after a cursor, or after a notification's id")

    static let tail = Command(
        name: "tail", operands: "FEED...", operandCount: 1...100, summary: "follow feeds, as a browser would",
        details: """
            Notifications go to standard output, what happens to the stream to standard error. After a cut it comes
            back and goes on where it was.
            """,
        options: [.config, .environmentFile, url, json, since, count, lastEventID]
    ) { arguments throws(CommandError) in
        if let value = arguments[since], value != "now" {
            throw .usage("--since is \(value.printable): allowed is now")
        }
        let cursor = arguments[lastEventID] ?? ""
        guard cursor.utf8.count <= 1024, cursor.printable == cursor else {
            throw .usage("--last-event-id is no id: allowed are up to 1024 bytes without control characters")
        }
        var feeds: [FeedName] = []
        for operand in arguments.operands { feeds.append(try .operand(operand)) }
        let request = StreamSubscription(feeds: feeds, isRaw: arguments.has(json), isSinceNow: arguments.has(since))
        let printer = NotificationPrinter(isRaw: arguments.has(json), limit: try arguments.count(count))
        let address = try address(arguments)
        // To be interrupted is how following ends; every line that was begun is written.
        for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(0) } }
        var follower = StreamFollower(address, request, printer, lastEventID: cursor)
        try follower.run()
        return 0
    }

    private static func address(_ arguments: ParsedArguments) throws(CommandError) -> ServerAddress {
        if let url = arguments[url] { return try ServerAddress(parsing: url) }
        let server = try arguments.configuration().server
        guard server.port != 0 else {
            throw .failure("server.port is 0, so the kernel has chosen: name the port by --url http://HOST:PORT")
        }
        return ServerAddress(host: server.host, port: server.port)
    }
}
