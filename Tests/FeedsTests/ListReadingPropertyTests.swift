import TestSupport
import Testing

@testable import Feeds

struct ListReadingPropertyTests {
    enum Operation: CaseIterable { case push, pushMany, trim, remove, delete, pushAgain }

    /// After a reading everything on the list was taken in, once, and what is new in the list's order.
    private func check(_ operations: [Operation], seed: UInt64) -> ListReader {
        var (list, reader) = (ListModel(), ListReader())
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                switch operations.any(&random) {
                case .push: list.push(1)
                case .pushMany: list.push(Int.random(in: 2...40, using: &random))
                case .trim: list.trim(to: Int.random(in: 0...30, using: &random))
                case .remove: list.remove(&random)
                case .delete: list.delete()
                case .pushAgain: list.pushAgain(&random)
                }
            }
            let before = reader.taken.count
            reader.read(list)
            var known = Set(reader.taken[..<before])
            let expected = list.entries.filter { known.insert($0).inserted }
            #expect(Array(reader.taken[before...]) == expected, "seed \(seed): \(list.entries)")
        }
        #expect(Set(reader.taken).count == reader.taken.count)
        return reader
    }

    @Test(arguments: UInt64(1)...10)
    func `a list that is trimmed, thinned out and begun anew is taken in whole`(seed: UInt64) {
        let reader = check([.push, .push, .pushMany, .trim, .remove, .delete], seed: seed)
        #expect(reader.alignments > 0 && reader.wholeReadings > 0)
    }

    @Test(arguments: UInt64(1)...10)
    func `a list that only grows is never aligned`(seed: UInt64) {
        let reader = check([.push, .pushMany, .pushAgain], seed: seed)
        #expect(reader.alignments == 0 && reader.wholeReadings == 0)
    }

    @Test(arguments: UInt64(1)...10)
    func `entries that are pushed again hide none that is new`(seed: UInt64) {
        _ = check(Operation.allCases + [.push, .push], seed: seed)
    }

    /// So nothing is taken twice that has no id.
    @Test(arguments: UInt64(1)...3)
    func `a long list that grows, is thinned out or is trimmed is not read whole`(seed: UInt64) {
        var (list, reader) = (ListModel(), ListReader())
        var random = SeededGenerator(seed: seed)
        list.push(10_000)
        reader.read(list)
        for _ in 0..<20 {
            // What is on the list now is known, and its last entry stays.
            let isTrimmed = Bool.random(using: &random)
            if !isTrimmed { for _ in 0..<3 { list.removeNearEnd(&random) } }
            list.push(Int.random(in: 1...3, using: &random) == 1 ? 6000 : 1)
            if isTrimmed { list.trim(to: 10_000) }
            reader.read(list)
        }
        #expect(reader.wholeReadings == 0 && reader.alignments > 0)
        #expect(reader.takenAgain == 0 && reader.taken == Array(0..<list.pushed))
    }
}
