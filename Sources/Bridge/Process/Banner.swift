import Feeds
import Glibc
import Redis

/// What a person sees when the bridge has started: where it is, and how to use it.
enum Banner {
    static func print(_ settings: Configuration, version: String, options: String, port: Int, redis: RedisEndpoint) {
        let host = settings.server.host.contains(":") ? "[\(settings.server.host)]" : settings.server.host
        let address = settings.server.socketPath == nil ? "http://\(host):\(port)/" : settings.server.host
        let user = settings.kinds.first { $0.name == "user" } ?? settings.kinds[0]
        let program = CommandLine.arguments.first ?? "flagpole"
        let prefix = settings.redis.prefix
        let client = settings.redisCommand(for: redis)
        let list = prefix + (user.list?.key(for: "42") ?? "")
        let flag = prefix + (user.flag?.key(for: "42") ?? "")
        let text = """
            Flagpole \(version) is at \(address)
              push   \(client) RPUSH \(list) '{"title":"Hello","message":"from redis-cli"}'
                     \(client) SET \(flag) 1
              or     \(program) push \(user.name):42 --title Hello --message "from the command line"\(options)
              watch  \(program) tail \(user.name):42\(options)
            \(settings.server.admin.map { "  admin  http://\($0)/\n" } ?? "")  data   \(settings.databasePath)\(settings.redis.isEmbedded ? ", and Redis in \(settings.dataDirectory)/" : "")
              stop   Ctrl-C

            """
        let bytes = Array(text.utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
