import HTTPServer
import Reactor
import TestSupport
import Testing

@testable import Bridge

struct DeadlineQueueTests {
    @Test(arguments: UInt64(1)...5)
    func `deadlines come in their order, each when its time has come`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = DeadlineQueue()
        var expected: [Int64] = []
        #expect(queue.next == .distantFuture && queue.takeDue(.distantFuture) == nil)
        for now in Int64(0)..<500 {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let time = now + Int64.random(in: 0...100, using: &random)
                queue.add(MonotonicTime(nanoseconds: time), ConnectionID(descriptor: Int32(time), generation: 1))
                expected.append(time)
            }
            expected.sort()
            #expect(queue.next == expected.first.map { MonotonicTime(nanoseconds: $0) } ?? .distantFuture)
            while let stream = queue.takeDue(MonotonicTime(nanoseconds: now)) {
                #expect(Int64(stream.descriptor) == expected.removeFirst() && stream.descriptor <= now)
            }
            #expect(expected.first.map { $0 > now } ?? true)
        }
    }
}
