import Foundation
import Logging
import Testing

struct StandardErrorTests {
    /// In a process of its own, whose standard error is a socket that keeps each write apart.
    @Test
    func `a line leaves in one write to standard error`() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [0, 0]
            guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0 else { exit(2) }
            dup2(ends[1], STDERR_FILENO)
            let logger = Logger(level: .info, format: .text)
            logger.info("first", [("text", .string(String(repeating: "x", count: 3000)))])
            logger.info("second")
            var buffer = [UInt8](repeating: 0, count: 8192)
            for message in ["first", "second"] {
                let count = recv(ends[0], &buffer, buffer.count, Int32(MSG_DONTWAIT))
                let line = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
                guard line.contains("INFO  \(message)"), line.hasSuffix("\n") else { exit(1) }
            }
            exit(recv(ends[0], &buffer, buffer.count, Int32(MSG_DONTWAIT)) == -1 ? 0 : 3)
        }
    }
}
