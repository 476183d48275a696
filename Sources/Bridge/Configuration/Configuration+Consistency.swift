import Glibc
import Redis

extension Configuration {
    /// Throws where settings that are each allowed do not go together.
    func checkConsistency() throws(ConfigurationError) {
        guard server.isLoopback else {
            throw ConfigurationError(
                "server.host is \(server.host), and auth.mode is \"open\": without authentication "
                    + "only a loopback address is served, such as 127.0.0.1")
        }
        if redis.isEmbedded, embeddedRedisSocket.utf8.count > RedisEndpoint.longestPath {
            throw ConfigurationError(
                "data_dir is too long: the path of the socket in it, \(embeddedRedisSocket), "
                    + "may have at most \(RedisEndpoint.longestPath) bytes")
        }
        guard redis.isEmbedded || redis.port == 0 else {
            throw ConfigurationError(
                "redis.port is \(redis.port): it is for the embedded Redis only, redis.url names another")
        }
        try checkTemplates()
    }

    /// No key may belong to two lists or flags.
    private func checkTemplates() throws(ConfigurationError) {
        let templates = kinds.flatMap { kind in
            [
                kind.list.map { ("kinds.\(kind.name).list", $0) }, kind.flag.map { ("kinds.\(kind.name).flag", $0) },
            ].compactMap { $0 }
        }
        for (index, (path, template)) in templates.enumerated() {
            for (earlierPath, earlier) in templates[..<index] where template.overlaps(earlier) {
                throw ConfigurationError(
                    "\(path) is \(template) and \(earlierPath) is \(earlier): "
                        + "two feeds could have the same key, so give one of them another beginning")
            }
        }
    }
}

extension Configuration.Server {
    /// Whether only this machine can reach the server.
    package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
