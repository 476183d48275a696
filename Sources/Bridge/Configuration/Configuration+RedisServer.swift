import Redis

extension Configuration {
    /// The Redis that writers push to.
    package struct RedisServer: Sendable, Equatable {
        /// `embedded`, or where another Redis listens; may hold a password.
        package var url = RedisServer.embedded
        /// The loopback TCP port of the embedded Redis; 0: none.
        package var port = 0
        /// What stands before every key.
        package var prefix = ""

        package var isEmbedded: Bool { url == RedisServer.embedded }

        static let embedded = "embedded"

        static let settings: [Setting<Configuration>] = [
            Setting("redis.url", \.redis.url, .redisURL),
            Setting("redis.port", \.redis.port, .integer(0...65_535)),
            Setting("redis.prefix", \.redis.prefix, .line(upTo: 256)),
        ]
    }

    /// Where Redis listens; of the embedded one it is the socket in the data directory.
    ///
    /// - Throws: ``RedisError/unreachable(_:)`` where the embedded Redis has a password and its file cannot be read.
    package var redisEndpoint: RedisEndpoint {
        get throws(RedisError) {
            guard redis.isEmbedded else { return try RedisEndpoint(parsing: redis.url) }
            var endpoint = RedisEndpoint(.unix(path: embeddedRedisSocket))
            // Only a server that listens on TCP has one, and then for its socket as well.
            guard redis.port != 0 else { return endpoint }
            do throws(ConfigurationError) {
                let line = try ConfigurationFile.read(embeddedRedisPasswordFile).prefix { $0 != UInt8(ascii: "\n") }
                endpoint.password = String(decoding: line, as: UTF8.self)
            } catch {
                throw .unreachable(error.description)
            }
            return endpoint
        }
    }

    /// The socket of the embedded Redis.
    package var embeddedRedisSocket: String { "\(dataDirectory)/redis.sock" }
}
