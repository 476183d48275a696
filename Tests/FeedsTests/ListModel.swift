import TestSupport

@testable import Feeds

/// A Redis list of numbered entries, to which a test does what writers do.
struct ListModel {
    private(set) var entries: [Int] = []
    private var pushed = 0

    mutating func push(_ count: Int) {
        entries += pushed..<pushed + count
        pushed += count
    }

    /// Pushes what was pushed before, as a writer does that lost the answer.
    mutating func pushAgain(_ random: inout SeededGenerator) {
        if pushed > 0 { entries.append(Int.random(in: max(0, pushed - 6)..<pushed, using: &random)) }
    }

    mutating func trim(to count: Int) { entries = entries.suffix(count) }

    mutating func remove(_ random: inout SeededGenerator) {
        if !entries.isEmpty { entries.remove(at: Int.random(in: 0..<entries.count, using: &random)) }
    }

    mutating func delete() { entries = [] }
}

/// Takes a list in as the poll loop does: by the position where it is proved, else by the tail, else anew; ids tell what
/// was taken before.
struct ListReader {
    private var position = ListPosition.start
    private var tail: [EntryHash] = []
    private(set) var taken: [Int] = []
    private(set) var alignments = 0
    private(set) var wholeReadings = 0
    private var known: Set<Int> = []

    mutating func read(_ list: ListModel) {
        let hashes = list.entries.map(Self.hash)
        guard let first = hashes.first else {
            begin()
            return
        }
        let reading = Array(hashes.dropFirst(position.readingStart).prefix(position.recent.count + 16))
        if position.isProved(first: first, reading: reading) {
            let new = Array(reading[position.recent.count...])
            take(list.entries[position.count...].prefix(new.count), new, first)
            if position.count < hashes.count { read(list) }
        } else if let alignment = TailAlignment(of: tail, in: hashes) {
            alignments += 1
            let recent = hashes[..<alignment.end].suffix(min(alignment.length, ListPosition.proofLength))
            position = ListPosition(count: alignment.end, first: first, recent: Array(recent))
            take(list.entries[alignment.end...], Array(hashes[alignment.end...]), first)
        } else {
            wholeReadings += 1
            begin()
            take(list.entries[...], hashes, first)
        }
    }

    private mutating func begin() {
        position = .start
        tail = []
    }

    private mutating func take(_ entries: ArraySlice<Int>, _ hashes: [EntryHash], _ first: EntryHash) {
        position.advance(past: hashes, first: first)
        tail = (tail + hashes).suffix(ListPosition.tailLength)
        for entry in entries where known.insert(entry).inserted { taken.append(entry) }
    }

    static func hash(_ entry: Int) -> EntryHash {
        Array("{\"id\":\(entry)}".utf8).withUnsafeBufferPointer { EntryHash($0) }
    }
}
