import Testing

@testable import Feeds

struct ListPositionTests {
    private func hashes(_ entries: some Sequence<Int>) -> [EntryHash] { entries.map(ListReader.hash) }

    private func position(behind entries: Range<Int>) -> ListPosition {
        var position = ListPosition.start
        position.advance(past: hashes(entries), first: entries.first.map(ListReader.hash))
        return position
    }

    @Test func `a position remembers the first entry and the last eight`() {
        let position = position(behind: 0..<20)
        #expect(position == ListPosition(count: 20, first: ListReader.hash(0), recent: hashes(12..<20)))
        #expect(position.readingStart == 12)
    }

    @Test func `a short list is proved by all of its entries`() {
        let position = position(behind: 0..<3)
        #expect(position.recent == hashes(0..<3) && position.readingStart == 0)
    }

    @Test func `advancing in steps leads where advancing at once does`() {
        var stepwise = ListPosition.start
        for entry in 0..<30 { stepwise.advance(past: hashes([entry]), first: ListReader.hash(0)) }
        #expect(stepwise == position(behind: 0..<30))
    }

    @Test func `a list that goes on is proved`() {
        let position = position(behind: 0..<20)
        #expect(position.isProved(first: ListReader.hash(0), reading: hashes(12..<20)))
        #expect(position.isProved(first: ListReader.hash(0), reading: hashes(12..<25)))
    }

    @Test func `another first entry, another one before the position, and a shorter list are no proof`() {
        let position = position(behind: 0..<20)
        #expect(!position.isProved(first: ListReader.hash(1), reading: hashes(12..<25)))
        #expect(!position.isProved(first: nil, reading: hashes(12..<25)))
        #expect(!position.isProved(first: ListReader.hash(0), reading: hashes(13..<25)))
        #expect(!position.isProved(first: ListReader.hash(0), reading: hashes(12..<19)))
        #expect(!position.isProved(first: ListReader.hash(0), reading: hashes(Array(12..<19) + [99])))
        #expect(!position.isProved(first: ListReader.hash(0), reading: []))
    }

    @Test func `where nothing was taken nothing needs proof`() {
        #expect(ListPosition.start.isProved(first: nil, reading: []))
        #expect(ListPosition.start.isProved(first: ListReader.hash(5), reading: hashes(5..<9)))
    }
}
