import Testing

@testable import Feeds

struct TailSearchTests {
    private func hashes(_ entries: some Sequence<Int>) -> [EntryHash] { entries.map(ListReader.hash) }

    /// Where the known part ends, as an index in the list, and how many windows that took.
    private func search(
        _ tail: some Sequence<Int>, _ list: [Int], first: Int? = 0,
        changing: (Int, inout [Int]) -> Void = { _, _ in }, size: (Int) -> Int = { _ in 10 }
    ) -> (end: Int?, windows: Int, largest: Int) {
        var list = list
        var largest = 0
        var search = TailSearch(tail: hashes(tail), first: first.map(ListReader.hash))
        for windows in 1...100 {
            let window = search.window
            let range = max(0, list.count - window.offset - window.count)..<max(0, list.count - window.offset)
            let bytes = list[range].reduce(0) { $0 + size($1) }
            largest = max(largest, bytes)
            let outcome = search.look(
                at: hashes(list[range]), bytes: bytes, length: list.count, first: list.first.map(ListReader.hash))
            switch outcome {
            case .found(let alignment): return (range.lowerBound + alignment.end, windows, largest)
            case .notFound: return (nil, windows, largest)
            case .unfinished: changing(windows, &list)
            }
        }
        Issue.record("the search does not end")
        return (nil, 0, largest)
    }

    @Test func `a trimmed list shows its tail in the first window`() {
        let trimmed = search(9744..<10_000, Array(1..<10_003))
        #expect(trimmed.end == 9999 && trimmed.windows == 1)
        let rebuilt = search(0..<100, Array(90..<105))
        #expect(rebuilt.end == 10 && rebuilt.windows == 1)
    }

    @Test func `what was removed near the end of a long list does not send the search back`() {
        let found = search(9744..<10_000, (0..<10_001).filter { $0 != 9997 })
        #expect(found.end == 9999 && found.windows == 1)
    }

    @Test func `a tail far back on a long list is found, window by window`() {
        let found = search(9744..<10_000, Array(5000..<15_000))
        #expect(found.end == 5000 && found.windows > 2)
        // All that is left of it stands at the list's beginning.
        #expect(search(9744..<10_000, Array(9998..<20_000)).end == 2)
    }

    @Test func `a list of which nothing is known is searched to its beginning, and not further`() {
        let found = search(9744..<10_000, Array(20_000..<30_000))
        #expect(found.end == nil && (4...6).contains(found.windows))
        let nothing = search([], Array(0..<10_000))
        #expect(nothing.end == nil && nothing.windows == 1)
    }

    @Test func `of large entries no more are looked at than have to be`() {
        let large = { (_: Int) in 30_000 }
        let found = search(4744..<5000, Array(3000..<12_000), size: large)
        #expect(found.end == 2000 && found.largest == 768 * 30_000)
        // Small ones at the end say little of those before.
        let uneven = search(4744..<5000, Array(3000..<12_000), size: { $0 < 11_000 ? 30_000 : 10 })
        #expect(uneven.end == 2000 && uneven.largest < 1024 * 30_000)
        let medium = search(4744..<5000, Array(3000..<12_000), size: { _ in 1000 })
        #expect(medium.end == 2000 && medium.largest == 1_048_000)
    }

    @Test func `known entries that were pushed again behind new ones hide none of these`() {
        let list = Array(0..<7000) + Array(9990..<10_000)
        #expect(search(6744..<7000, list + Array(6980..<7000)).end == 7000)
        // Trimmed to a part of the tail, so that the match at the end is the longer one.
        #expect(search(6744..<7000, Array(6995..<12_000) + Array(6980..<7000)).end == nil)
    }

    @Test func `a list that still begins as it did may have lost the oldest that the tail knows`() {
        let list = (0..<10_001).filter { ![9744, 9745, 9800].contains($0) }
        #expect(search(9744..<10_000, list).end == 9997)
        // What stands before may be new where the list begins otherwise, or has the missing elsewhere.
        #expect(search(9744..<10_000, list, first: 7).end == nil)
        #expect(search(9744..<10_000, [0, 9744] + list.dropFirst()).end == nil)
        #expect(search(9744..<10_000, Array(0..<9743) + [9744, 20_000] + Array(9745..<10_000)).end == nil)
    }

    @Test func `a list that changes between two windows leaves no gap`() {
        #expect(search(4744..<5000, Array(0..<12_000)) { windows, list in list += 20_000..<20_000 + 300 }.end == 5000)
        let trimmed = search(4744..<5000, Array(0..<12_000)) { windows, list in list.removeFirst(200) }
        #expect(trimmed.end.map { 5000 - $0 } == 200 * (trimmed.windows - 1))
        #expect(search(4744..<5000, Array(0..<12_000)) { windows, list in list.removeLast(200) }.end == 5000)
        let shortened = search(4744..<5000, Array(0..<12_000)) { windows, list in list = Array(list.prefix(5001)) }
        #expect(shortened.end == 5000)
    }
}
