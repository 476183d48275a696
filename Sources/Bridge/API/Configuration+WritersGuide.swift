import JSON
import Redis

extension Configuration {
    /// What whoever writes to feeds has to know, as JSON: the keys of each kind, and how to reach Redis.
    func writersGuide() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("kinds")
        writer.beginObject()
        for kind in kinds {
            writer.name(kind.name)
            writer.beginObject()
            writer.name("source")
            writer.string(kind.source.rawValue)
            for (name, template) in [("list", kind.list), ("flag", kind.flag)] {
                guard let template else { continue }
                writer.name(name)
                writer.string("\(redis.prefix)\(template)")
            }
            writer.name("inbox")
            writer.bool(kind.isInbox)
            writer.name("ttl_seconds")
            writer.int(kind.listTimeToLiveSeconds)
            writer.endObject()
        }
        writer.endObject()
        appendRedis(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func appendRedis(to writer: inout JSONWriter) {
        // What starts has a URL that can be parsed.
        let given = redis.isEmbedded ? nil : try? RedisEndpoint(parsing: redis.url)
        let endpoint = given ?? RedisEndpoint(.unix(path: embeddedRedisSocket))
        writer.name("redis")
        writer.beginObject()
        writer.name("command")
        writer.string(redisCommand(for: endpoint))
        switch endpoint.address {
        case .unix(let path):
            writer.name("socket")
            writer.string(path)
        case .tcp(let host, let port):
            writer.name("host")
            writer.string(host)
            writer.name("port")
            writer.int(Int(port))
        }
        writer.name("database")
        writer.int(endpoint.database)
        writer.name("password")
        writer.bool(endpoint.password != nil || redis.isEmbedded && redis.port != 0)
        writer.endObject()
    }

    /// How to reach Redis from a shell, never with a password.
    func redisCommand(for endpoint: RedisEndpoint) -> String {
        let command =
            switch endpoint.address {
            case .unix(let path) where redis.isEmbedded && redis.port != 0:
                "redis-cli -s \(path.shellWord) --no-auth-warning -a \"$(cat \(embeddedRedisPasswordFile.shellWord))\""
            case .unix(let path): "redis-cli -s \(path.shellWord)"
            case .tcp(let host, let port): "redis-cli -h \(host) -p \(port)"
            }
        return endpoint.database == 0 ? command : "\(command) -n \(endpoint.database)"
    }
}
