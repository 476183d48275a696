import Glibc

/// How many files this process may have open.
package enum OpenFileLimit {
    private static let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))

    /// The limit that the process was started with: programs that it starts get it back, as some go through all
    /// descriptors that they may have, or have room for 1024.
    package static let inherited = current.rlim_cur

    /// Raises the limit to what is allowed, and returns it.
    @discardableResult
    package static func raise() -> Int {
        var limit = current
        // Before it is another.
        _ = inherited
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
        return Int(clamping: current.rlim_cur)
    }

    /// How many of the lowest descriptors connections may take: of the rest Redis and the database are opened again, and
    /// generators' commands get their pipes.
    static var connections: Int32 {
        let limit = Int32(clamping: current.rlim_cur)
        return limit - min(64, limit / 4)
    }

    /// What it may be raised to.
    package static var highest: Int { Int(clamping: current.rlim_max) }

    private static var current: rlimit {
        var limit = rlimit()
        getrlimit(resource, &limit)
        return limit
    }
}
