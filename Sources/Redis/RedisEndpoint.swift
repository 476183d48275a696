/// Where a Redis server listens, who calls, and which of its databases is meant.
package struct RedisEndpoint: Equatable, Sendable {
    package enum Address: Equatable, Sendable {
        /// A host name or address literal, IPv6 without brackets.
        case tcp(host: String, port: UInt16)
        /// A socket in the file system, at most ``RedisEndpoint/longestPath`` bytes.
        case unix(path: String)
    }

    /// What fits in a socket address beside the closing NUL, in bytes (unix(7), `sun_path`).
    package static let longestPath = 107
    package static let defaultPort: UInt16 = 6379

    package var address: Address
    /// The ACL user; nil is the default user.
    package var user: String?
    package var password: String?
    package var database: Int

    package init(_ address: Address, user: String? = nil, password: String? = nil, database: Int = 0) {
        self.address = address
        self.user = user
        self.password = password
        self.database = database
    }
}

extension RedisEndpoint: CustomStringConvertible {
    /// The address in the form it is configured in, the password blanked: fit for a log.
    package var description: String {
        let credentials = password == nil ? "" : "\(user ?? ""):***@"
        return switch address {
        case .unix(let path):
            "unix://\(credentials)\(path)" + (database == 0 ? "" : "?db=\(database)")
        case .tcp(let host, let port):
            "redis://\(credentials)\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)/\(database)"
        }
    }
}
