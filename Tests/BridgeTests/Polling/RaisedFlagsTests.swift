import Testing

@testable import Bridge

struct RaisedFlagsTests {
    private var flags = RaisedFlags()

    private mutating func all() -> [RaisedFlag] {
        var all: [RaisedFlag] = []
        while let flag = flags.popFirst() { all.append(flag) }
        return all
    }

    @Test mutating func `what waits longest is taken first, with the value seen last`() {
        for slot in [3, 1, 2] { flags.note(slot, [1]) }
        flags.note(3, [2])
        flags.note(7, [1])
        let all = all()
        #expect(all.map(\.slot) == [3, 1, 2, 7])
        #expect(all.map(\.value) == [[2], [1], [1], [1]])
        #expect(flags.isEmpty)
    }

    @Test mutating func `what is no longer up is not taken, and keeps its place`() {
        for slot in 0..<4 { flags.note(slot, [1]) }
        for slot in [0, 2, 9] { flags.forget(slot) }
        flags.note(2, [5])
        #expect(all().map(\.slot) == [1, 2, 3])
        flags.note(0, [1])
        flags.removeAll()
        #expect(all().isEmpty)
    }

    @Test mutating func `a flood that never ends leaves none behind, and takes no more room with time`() {
        var taken: Set<Int> = []
        for round in 0..<100 {
            for slot in 0..<1000 { flags.note(slot, [1]) }
            for _ in 0..<100 { taken.insert(flags.popFirst()?.slot ?? -1) }
            #expect(taken.count == min(1000, (round + 1) * 100))
        }
        #expect(all().count == 900)
    }
}
