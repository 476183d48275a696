import TestSupport
import Testing

@testable import Bridge

@Suite(.timeLimit(.minutes(1)))
struct SlotQueueTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `slots come out in the order in which they went in`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (queue, model) = (SlotQueue(), [Int]())
        for slot in 0..<20_000 {
            // More go in than come out, and then more come out.
            if Int.random(in: 0..<20_000, using: &random) > slot {
                queue.append(slot)
                model.append(slot)
            } else {
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            if Int.random(in: 0..<5000, using: &random) == 0 {
                queue.removeAll()
                model.removeAll()
            }
            #expect(queue.count == model.count && queue.isEmpty == model.isEmpty)
        }
    }

    /// To move all that is left with every taking would take an hour.
    @Test func `a queue of a million is emptied one by one in no time`() {
        var queue = SlotQueue()
        for slot in 0..<1_000_000 { queue.append(slot) }
        for slot in 0..<1_000_000 where queue.popFirst() != slot { Issue.record("\(slot) is not where it should be") }
        #expect(queue.isEmpty)
    }
}
