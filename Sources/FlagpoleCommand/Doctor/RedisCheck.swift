import Bridge
import Reactor
import Redis

/// Looks at Redis: whether it is there, what it forgets, and who else reads from it.
struct RedisCheck {
    private static let oldestVersion = 6

    let configuration: Configuration
    let directory: ObservedDirectory?

    var findings: [Finding] {
        if configuration.redis.isEmbedded, directory?.holder == nil { return [embedded] }
        let endpoint: RedisEndpoint
        do throws(RedisError) {
            endpoint = try configuration.redisEndpoint
            let connection = try RedisConnection(
                endpoint, connectTimeout: .seconds(5), commandTimeout: .seconds(5))
            let information = try Self.information(connection)
            let writing: [Finding] = [eviction(information), persistence(information)]
            return [server(information, endpoint)] + writing + [try lease(connection), try clock(connection)]
        } catch {
            let advice =
                configuration.redis.isEmbedded
                ? "the bridge starts it whenever it ends: \(configuration.dataDirectory)/redis.log tells why it does"
                : "start it, or set redis.url to where it is"
            return [.fail("redis", "\(error)", advice)]
        }
    }

    private var embedded: Finding {
        guard let path = Executable.find("redis-server") else {
            return .fail(
                "redis", "redis-server is not installed",
                "apt-get install redis-server, or set redis.url to a Redis of yours")
        }
        if let reason = configuration.redisListeningFails() {
            return .fail("redis", reason, "stop what listens there, or set redis.port")
        }
        return .ok("redis", "\(path) will be started by the bridge")
    }

    private func server(_ information: [String: String], _ endpoint: RedisEndpoint) -> Finding {
        let version = information["redis_version"] ?? "unknown"
        let text = "\(version) at \(endpoint)"
        if information["role"] == "slave" {
            return .fail("redis", "\(text) is a replica", "set redis.url to its primary: flags have to be lowered")
        }
        guard version.split(separator: ".").first.flatMap({ Int($0) }) ?? 0 >= Self.oldestVersion else {
            return .warn("redis", text, "Flagpole is tried with Redis \(Self.oldestVersion) and newer")
        }
        return .ok("redis", text)
    }

    private func eviction(_ information: [String: String]) -> Finding {
        let policy = information["maxmemory_policy"] ?? "unknown"
        guard let limit = information["maxmemory"].flatMap({ Int($0) }), limit > 0 else {
            return .ok("eviction", "none: no memory limit")
        }
        guard policy == "noeviction" else {
            return .warn(
                "eviction", "\(policy) at \(limit >> 20) MiB may drop lists before they are read",
                "set maxmemory-policy noeviction, or give it more than it will need")
        }
        return .ok("eviction", "none: noeviction at \(limit >> 20) MiB")
    }

    private func persistence(_ information: [String: String]) -> Finding {
        if information["aof_enabled"] == "1" {
            guard information["aof_last_write_status"] ?? "ok" == "ok" else {
                return .fail("persistence", "the append-only file cannot be written", "look at Redis's log and disk")
            }
            return .ok("persistence", "append-only file")
        }
        guard information["rdb_last_bgsave_status"] ?? "ok" == "ok" else {
            return .fail("persistence", "snapshots fail, and then Redis refuses writes", "look at its log and disk")
        }
        return .warn(
            "persistence", "no append-only file: what is pushed and not yet read goes with Redis",
            "set appendonly yes, if that matters")
    }

    private func lease(_ connection: RedisConnection) throws(RedisError) -> Finding {
        let owner = try connection.command("GET", configuration.redis.prefix + "flagpole:bridge")
        guard owner.kind == .string else { return .ok("lease", "no bridge reads from this Redis") }
        guard owner.string == directory?.identity else {
            return .warn(
                "lease", "another bridge reads from this Redis (\(owner.string))",
                "stop one, or give each its own redis.prefix")
        }
        return .ok("lease", "this data directory's")
    }

    private func clock(_ connection: RedisConnection) throws(RedisError) -> Finding {
        let time = try connection.command("TIME")
        let theirs = time.count == 2 ? Int64(time.element(0).string) ?? 0 : 0
        let difference = abs(theirs - WallClock.unixMilliseconds / 1000)
        guard difference <= 5 else {
            return .warn("clock", "\(difference) s apart from Redis's", "let both clocks be set by NTP")
        }
        return .ok("clock", "agrees with Redis's")
    }

    /// What INFO says, by name.
    private static func information(_ connection: RedisConnection) throws(RedisError) -> [String: String] {
        var information: [String: String] = [:]
        for line in try connection.command("INFO").string.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            information[String(line[..<colon])] = String(line[colon...].dropFirst())
        }
        return information
    }
}
