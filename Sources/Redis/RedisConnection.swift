import CHiredis
import Glibc

/// A blocking connection to Redis over which commands are pipelined: append any number, then read one reply for each.
///
/// Confined to one thread. The first transport error ends it, since nobody can tell which replies are still to come:
/// ``isUsable`` is then false, what is appended is dropped, and every read throws that same error. Discard it and make
/// another. hiredis writes without `MSG_NOSIGNAL`, so the process must ignore SIGPIPE. Interrupted calls are repeated.
package final class RedisConnection {
    /// The size in bytes above which hiredis frees a read buffer that is empty.
    ///
    /// With its own 16 KB that would be every time, since the buffer is twice as large as the 16 KB of a read.
    private static let idleReadBuffer = 65_536

    private var context: UnsafeMutablePointer<redisContext>?
    private var failure = RedisError.closed

    /// Connects, authenticates and selects the database; all of that blocks.
    ///
    /// - Parameters:
    ///   - endpoint: The server, the user and the database.
    ///   - connectTimeout: How long to wait for the connection, above zero; looking up a host name is not included.
    ///   - commandTimeout: How long a single read or write may wait for the server, above zero.
    /// - Throws: ``RedisError/unreachable(_:)``, or ``RedisError/server(_:)`` for a password or database that is refused.
    package init(
        _ endpoint: RedisEndpoint,
        connectTimeout: Duration,
        commandTimeout: Duration
    ) throws(RedisError) {
        precondition(connectTimeout > .zero && commandTimeout > .zero, "to hiredis a timeout of zero is none")
        let context = try Self.connect(to: endpoint.address, timeout: timeval(connectTimeout))
        self.context = context
        try prepare(context, for: endpoint.address, timeout: timeval(commandTimeout))
        if let password = endpoint.password {
            if let user = endpoint.user {
                try command("AUTH", user, password)
            } else {
                try command("AUTH", password)
            }
        }
        if endpoint.database != 0 {
            try command("SELECT", String(endpoint.database))
        }
    }

    deinit { close() }

    /// Whether replies can still be read; false for good after a transport error or ``close()``.
    package var isUsable: Bool { context != nil }

    /// Closes the socket; does nothing when it is closed already.
    package func close() {
        guard let context else { return }
        redisFree(context)
        self.context = nil
    }

    /// Queues encoded commands, which leave with the next read; the caller owes one read for each of them.
    package func append(encoded commands: UnsafeBufferPointer<UInt8>) {
        guard let context, let start = commands.baseAddress else { return }
        let bytes = UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
        if redisAppendFormattedCommand(context, bytes, commands.count) != REDIS_OK {
            end(with: .io("out of memory"))
        }
    }

    /// Sends what is queued and waits for exactly one reply, in the order of the commands.
    ///
    /// - Returns: The reply; an error of the server is one of kind `.error`.
    /// - Throws: A transport error, never ``RedisError/server(_:)``.
    package func readReply() throws(RedisError) -> RedisReply {
        guard let context else { throw failure }
        var reply: UnsafeMutableRawPointer?
        let result = redisGetReply(context, &reply)
        let errno = errno
        guard result == REDIS_OK, let reply else { throw end(with: Self.error(of: context, errno: errno)) }
        return RedisReply(owning: reply.assumingMemoryBound(to: redisReply.self))
    }

    private func prepare(
        _ context: UnsafeMutablePointer<redisContext>,
        for address: RedisEndpoint.Address,
        timeout: timeval
    ) throws(RedisError) {
        context.pointee.reader.pointee.maxbuf = Self.idleReadBuffer
        // A child of this process must not hold the connection open.
        _ = fcntl(context.pointee.fd, F_SETFD, FD_CLOEXEC)
        var result = redisSetTimeout(context, timeout)
        // hiredis has set TCP_NODELAY already. A server that vanished without a word shows within a minute.
        if case .tcp = address, result == REDIS_OK { result = redisEnableKeepAlive(context) }
        let errno = errno
        guard result == REDIS_OK else { throw end(with: Self.error(of: context, errno: errno)) }
    }

    @discardableResult
    private func end(with error: RedisError) -> RedisError {
        failure = error
        close()
        return error
    }
}

extension RedisConnection {
    private static func connect(
        to address: RedisEndpoint.Address,
        timeout: timeval
    ) throws(RedisError) -> UnsafeMutablePointer<redisContext> {
        let context: UnsafeMutablePointer<redisContext>?
        switch address {
        case .tcp(let host, let port):
            context = redisConnectWithTimeout(host, Int32(port), timeout)
        case .unix(let path):
            // hiredis would cut the path short and connect to another socket.
            guard path.utf8.count <= RedisEndpoint.longestPath else {
                throw .unreachable(RedisEndpoint.pathTooLong(path))
            }
            context = redisConnectUnixWithTimeout(path, timeout)
        }
        guard let context else { throw .unreachable("out of memory") }
        guard context.pointee.err == 0 else {
            defer { redisFree(context) }
            throw .unreachable("\(RedisEndpoint(address)): \(text(of: context))")
        }
        return context
    }

    private static func error(of context: UnsafePointer<redisContext>, errno: Int32) -> RedisError {
        switch context.pointee.err {
        case REDIS_ERR_EOF: .closed
        case REDIS_ERR_PROTOCOL: .protocolViolation(text(of: context))
        // SO_RCVTIMEO and SO_SNDTIMEO end a blocking call with EAGAIN (socket(7)).
        case REDIS_ERR_IO where errno == EAGAIN: .timedOut
        case REDIS_ERR_IO where errno == ECONNRESET || errno == EPIPE: .closed
        default: .io(text(of: context))
        }
    }

    private static func text(of context: UnsafePointer<redisContext>) -> String {
        withUnsafeBytes(of: context.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension timeval {
    /// A duration in whole microseconds and at least one, since zero means for ever.
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let microseconds = max(1, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
        self.init(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
    }
}
