/// Encodes commands as arrays of bulk strings (the RESP2 request form), so that one can be sent many times.
package enum RESPEncoder {
    /// Appends a whole command; every argument is binary-safe.
    package static func append(command arguments: [[UInt8]], to buffer: inout [UInt8]) {
        appendArrayHeader(arguments.count, to: &buffer)
        for argument in arguments { appendBulk(argument, to: &buffer) }
    }

    /// Appends a whole command, its arguments as UTF-8.
    package static func append(command arguments: [String], to buffer: inout [UInt8]) {
        appendArrayHeader(arguments.count, to: &buffer)
        for argument in arguments { appendBulk(argument, to: &buffer) }
    }

    /// Begins a command of `count` arguments, its name included: exactly so many bulk strings must follow.
    package static func appendArrayHeader(_ count: Int, to buffer: inout [UInt8]) {
        appendHeader(UInt8(ascii: "*"), count, to: &buffer)
    }

    /// Appends one argument.
    @inlinable
    package static func appendBulk(_ bytes: some Collection<UInt8>, to buffer: inout [UInt8]) {
        appendHeader(UInt8(ascii: "$"), bytes.count, to: &buffer)
        buffer.append(contentsOf: bytes)
        buffer.append(UInt8(ascii: "\r"))
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Appends one argument as UTF-8.
    package static func appendBulk(_ string: String, to buffer: inout [UInt8]) {
        appendBulk(string.utf8, to: &buffer)
    }

    @usableFromInline
    static func appendHeader(_ type: UInt8, _ count: Int, to buffer: inout [UInt8]) {
        buffer.append(type)
        buffer.append(contentsOf: String(count).utf8)
        buffer.append(UInt8(ascii: "\r"))
        buffer.append(UInt8(ascii: "\n"))
    }
}
