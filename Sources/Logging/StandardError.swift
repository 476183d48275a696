import Glibc

/// The descriptor that log lines go to by default.
enum StandardError {
    /// Writes the bytes in one call, unless the kernel takes only a part.
    ///
    /// What cannot be written is lost: there is nowhere to say so.
    @Sendable
    static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                rest.removeFirst(written)
            } else if written == 0 || errno != EINTR {
                return
            }
        }
    }
}
