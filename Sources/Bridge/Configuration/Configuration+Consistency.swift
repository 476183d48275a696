import Access
import Glibc
import Redis

extension Configuration {
    /// Throws where settings that are each allowed do not go together.
    func checkConsistency() throws(ConfigurationError) {
        guard server.isLoopback || auth.mode != .open else {
            throw ConfigurationError(
                "server.host is \(server.host), and auth.mode is \"open\": without authentication "
                    + "only a loopback address is served, such as 127.0.0.1")
        }
        try checkPorts()
        try checkSecrets()
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
        try checkEvents()
        try checkRoutes()
        try checkGenerators()
    }

    /// No two of what listens may have the same address.
    private func checkPorts() throws(ConfigurationError) {
        var listeners: [(setting: String, host: String, port: Int)] = []
        if server.socketPath == nil, server.port != 0 { listeners.append(("server.port", server.host, server.port)) }
        if let admin = server.admin { listeners.append(("server.admin", admin.host, admin.port)) }
        if redis.isEmbedded, redis.port != 0 { listeners.append(("redis.port", "127.0.0.1", redis.port)) }
        for (index, listener) in listeners.enumerated() {
            for other in listeners[..<index]
            where other.port == listener.port && Self.overlap(other.host, listener.host) {
                throw ConfigurationError(
                    "\(other.setting) and \(listener.setting) are both port \(listener.port): give one of them another")
            }
        }
    }

    /// Whether two hosts may stand for the same address; `localhost` may be either of the machine's own, and `::` mostly
    /// is all of IPv4 too.
    private static func overlap(_ one: String, _ other: String) -> Bool {
        let hosts = Set([one, other])
        if hosts.count == 1 || hosts.contains("::") { return true }
        if hosts.contains("0.0.0.0") { return !hosts.contains("::1") }
        return hosts.contains("localhost") && !hosts.isDisjoint(with: ["127.0.0.1", "::1"])
    }

    private func checkSecrets() throws(ConfigurationError) {
        if auth.mode == .jwt, auth.secret.isEmpty {
            throw ConfigurationError("auth.mode is \"jwt\", and FLAGPOLE_JWT_SECRET is missing in the environment")
        }
        let keys: AdminKeys
        do throws(AccessError) {
            _ = try Gatekeeper(auth)
            keys = try auth.keys()
        } catch {
            throw ConfigurationError(error.advice)
        }
        // What stands for a kind is not repeated: it may be a key, and a comma be missing before it.
        guard !keys.kinds.isSubset(of: kinds.map(\.name)) else { return }
        let known = kinds.map(\.name).joined(separator: ", ")
        throw ConfigurationError(
            "FLAGPOLE_ADMIN_KEY: behind a key and a space stands what is no kind: known are \(known); "
                + "keys are separated by commas")
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
    package var isLoopback: Bool {
        socketPath != nil || host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// The path of the Unix socket that is listened on instead of a port.
    package var socketPath: String? { host.hasPrefix("unix://") ? String(host.dropFirst("unix://".count)) : nil }
}
