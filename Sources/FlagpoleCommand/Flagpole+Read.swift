import Feeds
import HTTP
import JSON

extension Flagpole {
    private static let through = CommandOption(
        name: "through", value: "ID", summary: "this notification and all before it")
    private static let all = CommandOption(name: "all", summary: "all of the feed's notifications")
    private static let undo = CommandOption(name: "undo", summary: "mark as unread instead; for IDs only")

    static let read = Command(
        name: "read", operands: "FEED [ID...]", operandCount: 1...1001,
        summary: "mark notifications of an inbox as read, in every tab",
        details: """
            Prints how many are unread from then on. Ids that the feed does not have are passed over. The bridge has to
            run: it tells all open tabs.
            """,
        options: [.config, .environmentFile, .url, through, all, undo, .json]
    ) { arguments throws(CommandError) in
        let feed = try FeedName.operand(arguments.operands[0])
        let (verb, selection) = try selection(arguments)
        let client = BridgeClient(address: try arguments.address())
        let answer = try client.post("/v1/feeds/\(PercentEncoding.encode(feed.text))/\(verb)", selection)
        guard !arguments.has(.json) else {
            Terminal.output.write(answer.encoded() + [UInt8(ascii: "\n")])
            return 0
        }
        guard let count = answer["unread"]?.asInt else { throw .failure("the bridge does not say how many are unread") }
        Terminal.output.write("\(count) unread in \(feed)\n")
        return 0
    }

    /// What to do, and with what: the path's last part and the request's body.
    private static func selection(_ arguments: ParsedArguments) throws(CommandError) -> (String, JSONObject) {
        let ids = arguments.operands.dropFirst().map { JSONValue.string($0) }
        let isGiven = [!ids.isEmpty, arguments.has(through), arguments.has(all)]
        guard isGiven.count(where: \.self) == 1 else {
            throw .usage("name what was read by one of: FEED ID..., --through ID, --all")
        }
        guard !arguments.has(undo) || !ids.isEmpty else {
            throw .usage("--undo takes back IDs: flagpole read FEED ID...")
        }
        if let id = arguments[through] { return ("read", ["through": .string(id)]) }
        if arguments.has(all) { return ("read", ["all": .bool(true)]) }
        return (arguments.has(undo) ? "unread" : "read", ["ids": .array(Array(ids))])
    }
}
