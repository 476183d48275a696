import Bridge
import Feeds
import Glibc

extension Flagpole {
    private static let json = CommandOption(name: "json", summary: "print each notification as it is sent, one a line")
    private static let since = CommandOption(
        name: "since", value: "now", summary: "begin with what comes, not with old news")
    private static let count = CommandOption(name: "count", value: "N", summary: "end after so many notifications")
    private static let lastEventID = CommandOption(
        name: "last-event-id", value: "ID", summary: "begin after a cursor, or after a notification's id")

    private static let all = CommandOption(
        name: "all", summary: "follow every feed, those that are new too, from now on")

    static let tail = Command(
        name: "tail", operands: "FEED...", operandCount: 0...1000,
        summary: "follow feeds, as a browser would",
        details: """
            Notifications go to standard output, what happens to the stream to standard error. After a cut it comes
            back and goes on where it was.

            --all reads along in the database as the bridge stores, and has the bridge watch the feeds that have a key in
            Redis, up to server.max_feeds_per_stream; what is pushed to others shows when the bridge comes by.
            """,
        options: [.config, .environmentFile, .url, all, json, since, count, lastEventID]
    ) { arguments throws(CommandError) in
        if let value = arguments[since], value != "now" {
            throw .usage("--since is \(value.printable): allowed is now")
        }
        let cursor = arguments[lastEventID] ?? ""
        guard cursor.utf8.count <= 1024, cursor.printable == cursor else {
            throw .usage("--last-event-id is no id: allowed are up to 1024 bytes without control characters")
        }
        guard arguments.has(all) == arguments.operands.isEmpty else {
            throw .usage("name what to follow by one of: FEED..., --all")
        }
        if arguments.has(all), arguments.has(since) || arguments.has(lastEventID) {
            throw .usage("--all begins with what is stored from now on: --since and --last-event-id do not go with it")
        }
        var feeds: [FeedName] = []
        for operand in arguments.operands { feeds.append(try .operand(operand)) }
        let request = StreamSubscription(feeds: feeds, isRaw: arguments.has(json), isSinceNow: arguments.has(since))
        let printer = NotificationPrinter(isRaw: arguments.has(json), limit: try arguments.count(count))
        let address = try arguments.address()
        // To be interrupted is how following ends; every line that was begun is written.
        for number in [SIGINT, SIGTERM] { signal(number) { _ in _exit(0) } }
        if arguments.has(all) {
            var follower = try LogFollower(try arguments.configuration(), address, printer)
            try follower.run()
            return 0
        }
        var follower = StreamFollower(address, request, printer, lastEventID: cursor)
        try follower.run()
        return 0
    }
}
