import Testing

@testable import Feeds

struct TailAlignmentTests {
    private func align(_ tail: some Sequence<Int>, _ list: some Sequence<Int>) -> TailAlignment? {
        TailAlignment(of: tail.map(ListReader.hash), in: list.map(ListReader.hash))
    }

    @Test func `the known part of a trimmed list ends with the tail`() throws {
        let alignment = try #require(align(0..<20, 15..<25))
        #expect(alignment.end == 5 && alignment.length == 5)
    }

    @Test func `a list that only ends as the tail does is aligned by its last entry`() throws {
        let alignment = try #require(align([1, 2, 3], [3, 4, 5]))
        #expect(alignment.end == 1 && alignment.length == 1)
    }

    @Test func `the longest match counts`() throws {
        let alignment = try #require(align([1, 2, 3], [1, 2, 3, 4, 2, 3, 5]))
        #expect(alignment.end == 3 && alignment.length == 3)
    }

    @Test func `what stands before the match must be known as well`() {
        #expect(align([1, 2, 3], [9, 3, 1, 2, 3, 4])?.isExplained == false)
        #expect(align([1], [9, 1])?.isExplained == false)
        let thinned = align([1, 2, 3], [1, 3, 4])
        #expect(thinned?.end == 2 && thinned?.isExplained == true)
        let full = Array(1...ListPosition.tailLength)
        let longer = align(full, [-1, 0] + full + [1000])
        #expect(longer?.end == full.count + 2 && longer?.isExplained == true)
        #expect(align(full, [-1, 0] + full.dropFirst())?.isExplained == false)
    }

    @Test func `of equally long matches the first counts`() throws {
        #expect(try #require(align([1, 1, 1], [1, 2, 1])).end == 1)
        #expect(try #require(align([7, 2, 3], [2, 3, 4, 2, 3])).end == 2)
    }

    @Test func `a list without the last known entry is not aligned`() {
        #expect(align([1, 2, 3], [1, 2, 4]) == nil)
        #expect(align([1, 2, 3], []) == nil)
        #expect(align([], [1, 2, 3]) == nil)
        #expect(align([], []) == nil)
    }

    @Test func `a full tail is conclusive where it is accounted for to its oldest, and enough of it is there`() throws {
        let full = Array(0..<ListPosition.tailLength)
        #expect(try #require(align(full, [-1] + full + [1000])).isConclusive)
        let thinned = full.filter { $0 % 3 == 0 || $0 == 254 }
        #expect(try #require(align(full, [-1] + thinned + [255, 1000])).isConclusive)
        #expect(!(try #require(align(full, [-1] + full.dropFirst() + [1000])).isConclusive))
        #expect(!(try #require(align(full, [-1, 0] + full.suffix(6) + [1000])).isConclusive))
        #expect(try #require(align(full, [-1, 0] + full.suffix(7) + [1000])).isConclusive)
    }

    @Test func `a tail that is not full is never conclusive`() throws {
        #expect(!(try #require(align(0..<255, 0..<300)).isConclusive))
    }
}
