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
        #expect(align([1, 2, 3], [9, 3, 1, 2, 3, 4]) == nil)
        #expect(align([1], [9, 1]) == nil)
        #expect(align([1, 2, 3], [1, 3, 4])?.end == 2)
        let full = Array(1...ListPosition.tailLength)
        #expect(align(full, [-1, 0] + full + [1000])?.end == full.count + 2)
        #expect(align(full, [-1, 0] + full.dropFirst()) == nil)
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

    @Test func `eight entries are conclusive if they are the whole tail`() throws {
        #expect(try #require(align(0..<8, 0..<8)).isConclusive(tailLength: 8))
        #expect(try #require(align(0..<20, 0..<30)).isConclusive(tailLength: 20))
        #expect(!(try #require(align(0..<7, 0..<9)).isConclusive(tailLength: 7)))
        #expect(!(try #require(align(0..<20, 5..<30)).isConclusive(tailLength: 20)))
    }
}
