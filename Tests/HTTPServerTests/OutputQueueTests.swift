import TestSupport
import Glibc
import Testing

@testable import HTTPServer

struct OutputQueueTests {
    /// A connected pair whose first end buffers little and never blocks.
    private func pair() -> (Int32, Int32) {
        var descriptors: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &descriptors)
        var size: Int32 = 4096
        setsockopt(descriptors[0], SOL_SOCKET, SO_SNDBUF, &size, 4)
        return (descriptors[0], descriptors[1])
    }

    private func read(_ descriptor: Int32, _ limit: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(descriptor, &bytes, limit)
        return Array(bytes.prefix(max(0, count)))
    }

    @Test(arguments: UInt64(1)...20)
    func `bytes leave in the order in which they came, whatever the socket takes`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (mine, theirs) = pair()
        defer { for descriptor in [mine, theirs] { close(descriptor) } }
        var (queue, expected, received) = (OutputQueue(), [UInt8](), [UInt8]())
        var wasBlocked = false
        for _ in 0..<300 {
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let size = [0, 1, 10, 1000, 10_000].any(&random)
                let chunk = (0..<Int.random(in: 0...size, using: &random)).map {
                    UInt8(truncatingIfNeeded: expected.count &+ $0)
                }
                queue.append(chunk)
                expected += chunk
            }
            var wrote = false
            let before = queue.count
            switch queue.flush(to: mine, wrote: &wrote) {
            case .drained: #expect(queue.isEmpty)
            case .blocked:
                wasBlocked = true
                #expect(queue.count > 0)
            case .failed: Issue.record("the socket failed with errno \(errno)")
            }
            #expect(wrote == (queue.count < before))
            received += read(theirs, Int.random(in: 1...20_000, using: &random))
            #expect(queue.count <= expected.count - received.count)
        }
        var wrote = false
        while !queue.isEmpty {
            _ = queue.flush(to: mine, wrote: &wrote)
            received += read(theirs, 20_000)
        }
        received += read(theirs, 1_000_000)
        #expect(received == expected && wasBlocked)
    }

    @Test func `more buffers than one call takes leave all the same`() {
        let (mine, theirs) = pair()
        defer { for descriptor in [mine, theirs] { close(descriptor) } }
        var queue = OutputQueue()
        for byte in UInt8.min...UInt8.max { queue.append([byte]) }
        var wrote = false
        #expect(queue.flush(to: mine, wrote: &wrote) == .drained && wrote)
        #expect(read(theirs, 1000) == Array(UInt8.min...UInt8.max))
    }

    @Test func `an empty queue writes nothing and has drained`() {
        var (queue, wrote) = (OutputQueue(), false)
        queue.append([])
        #expect(queue.flush(to: -1, wrote: &wrote) == .drained && !wrote && queue.isEmpty)
    }

    @Test func `a socket whose peer is gone fails`() {
        let (mine, theirs) = pair()
        close(theirs)
        defer { close(mine) }
        var (queue, wrote) = (OutputQueue(), false)
        queue.append([1])
        #expect(queue.flush(to: mine, wrote: &wrote) == .failed && !wrote)
    }
}
