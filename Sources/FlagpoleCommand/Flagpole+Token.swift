import Access
import Bridge
import JSON
import Redis

extension Flagpole {
    private static let identity = CommandOption(
        name: "identity", value: "ID", summary: "who bears it: ID may read user:ID")
    private static let readable = CommandOption(
        name: "feeds", value: "FEED,...", summary: "feeds that its bearer may read, also KIND:*")
    private static let lifetime = CommandOption(
        name: "ttl", value: "SECONDS", summary: "how long it is good for, instead of an hour")
    private static let defaultLifetime = 3600

    static let token = Command(
        name: "token", operands: "[ACTION]", summary: "make a token that lets read feeds, or take one back",
        details: """
            Prints the token. It stands in Redis, so that bridges with auth.mode "token" know it at once. Whoever has it may
            read until it ends or is taken back.
            """,
        options: [.config, .environmentFile, identity, readable, lifetime, .json], actions: [revoking],
        takesSecret: true
    ) { arguments throws(CommandError) in
        let (token, grant) = (Token.make(), try grant(arguments))
        let seconds = try arguments.count(lifetime) ?? defaultLifetime
        let configuration = try arguments.configuration()
        if configuration.auth.mode != .token {
            Terminal.error.note("auth.mode is \"\(configuration.auth.mode.rawValue)\" here: tokens are for \"token\"")
        }
        let value = String(decoding: TokenRecord.encode(grant), as: UTF8.self)
        try ask(configuration, "SET", configuration.redis.prefix + token.key, value, "EX", String(seconds))
        let object: JSONObject = ["token": .string(token.text), "ttl_seconds": .number(String(seconds))]
        Terminal.output.write(
            arguments.has(.json)
                ? String(decoding: JSONValue.object(object).encoded(), as: UTF8.self) + "\n" : "\(token.text)\n")
        return 0
    }

    private static let revoking = Command(
        name: "token revoke", operands: "TOKEN", operandCount: 1...1, summary: "take a token back; its streams end",
        options: [.config, .environmentFile], takesSecret: true
    ) { arguments throws(CommandError) in
        guard let token = Token(arguments.operands[0]) else {
            throw .usage("this is no token: allowed are 16 to 512 of letters, digits and . _ ~ -")
        }
        let configuration = try arguments.configuration()
        let removed = try ask(configuration, "DEL", configuration.redis.prefix + token.key)
        Terminal.error.note(removed.integer == 1 ? "taken back" : "it was gone already")
        return 0
    }

    private static func grant(_ arguments: ParsedArguments) throws(CommandError) -> Grant {
        var patterns: Set<FeedPattern> = []
        for text in (arguments[readable] ?? "").split(separator: ",") {
            guard let pattern = FeedPattern(String(text)) else {
                throw .usage(
                    "--feeds has \(String(text).printable): allowed are feeds, KIND:ID, and all of a kind, KIND:*")
            }
            patterns.insert(pattern)
        }
        var named: Identity?
        if let text = arguments[identity] {
            named = Identity(text)
            guard named != nil else {
                throw .usage("--identity is \(text.printable): allowed are 1 to 128 letters, digits and . _ @ + - |")
            }
        }
        guard named != nil || !patterns.isEmpty else {
            throw .usage("say what it lets read: --identity ID, --feeds FEED,...")
        }
        return Grant(identity: named, patterns: patterns)
    }

    @discardableResult
    private static func ask(_ configuration: Configuration, _ command: String...) throws(CommandError) -> RedisReply {
        do throws(RedisError) {
            let connection = try RedisConnection(
                configuration.redisEndpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(30))
            connection.append(command)
            let reply = try connection.readReply()
            if let error = reply.serverError { throw .server(error) }
            return reply
        } catch {
            let hint = configuration.redis.isEmbedded ? "; the embedded Redis runs while `flagpole serve` does" : ""
            throw .failure("\(error)\(hint)")
        }
    }
}
