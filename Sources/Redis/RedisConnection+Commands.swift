extension RedisConnection {
    /// Queues encoded commands, which leave with the next read; the caller owes one read for each of them.
    package func append(encoded commands: [UInt8]) {
        commands.withUnsafeBufferPointer { append(encoded: $0) }
    }

    /// Queues one command of binary-safe arguments.
    package func append(_ arguments: [[UInt8]]) {
        var encoded: [UInt8] = []
        RESPEncoder.append(command: arguments, to: &encoded)
        append(encoded: encoded)
    }

    /// Queues one command of text.
    package func append(_ arguments: [String]) {
        var encoded: [UInt8] = []
        RESPEncoder.append(command: arguments, to: &encoded)
        append(encoded: encoded)
    }

    /// Queues one command of text.
    package func append(_ arguments: String...) { append(arguments) }

    /// Sends one command and waits for its reply; no reply to an earlier command may be outstanding.
    ///
    /// - Throws: ``RedisError/server(_:)`` when Redis refuses the command; the connection then stays usable.
    @discardableResult
    package func command(_ arguments: String...) throws(RedisError) -> RedisReply {
        append(arguments)
        let reply = try readReply()
        if let error = reply.serverError { throw .server(error) }
        return reply
    }
}
