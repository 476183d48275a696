import CLinux
import Glibc

/// Bytes that wait to be written to one socket: shared buffers in order, and how much of the first is gone.
///
/// Buffers are shared between the connections that they go to; a queue holds references. With one buffer waiting,
/// which is the common case, it allocates nothing.
struct OutputQueue {
    private var first: [UInt8] = []
    private var others: [[UInt8]] = []
    private var written = 0
    /// How many bytes wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if first.isEmpty { first = bytes } else { others.append(bytes) }
        count += bytes.count
    }

    enum Progress {
        /// All was written.
        case drained
        /// The socket took what it could.
        case blocked
        /// The connection is gone.
        case failed
    }

    /// Writes as much as the socket takes; `wrote` tells whether it took anything.
    mutating func flush(to descriptor: Int32, wrote: inout Bool) -> Progress {
        while count > 0 {
            let result = others.isEmpty ? sendFirst(to: descriptor) : sendSeveral(to: descriptor)
            if result < 0 {
                if errno == EINTR { continue }
                return errno == EAGAIN ? .blocked : .failed
            }
            wrote = true
            drop(result)
        }
        return .drained
    }

    private func sendFirst(to descriptor: Int32) -> Int {
        first.withUnsafeBytes { bytes in
            send(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, Int32(MSG_NOSIGNAL))
        }
    }

    /// Writes up to 64 buffers in one call.
    private func sendSeveral(to descriptor: Int32) -> Int {
        let buffers = [first] + others.prefix(63)
        return withUnsafeTemporaryAllocation(of: iovec.self, capacity: buffers.count) { vectors in
            // The arrays stay alive through `buffers`; none is written to, so their storage stays where it is.
            for (index, buffer) in buffers.enumerated() {
                let skipped = index == 0 ? written : 0
                let start = buffer.withUnsafeBytes { UnsafeMutableRawPointer(mutating: $0.baseAddress) }
                vectors[index] = iovec(iov_base: start?.advanced(by: skipped), iov_len: buffer.count - skipped)
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = buffers.count
            return withExtendedLifetime(buffers) {
                sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            }
        }
    }

    private mutating func drop(_ bytes: Int) {
        count -= bytes
        guard count > 0 else {
            self = OutputQueue()
            return
        }
        written += bytes
        var gone = 0
        while written >= first.count {
            written -= first.count
            first = others[gone]
            gone += 1
        }
        others.removeFirst(gone)
    }
}
