import TestSupport

@testable import Feeds

/// A Redis list of numbered entries, to which a test does what writers do.
struct ListModel {
    private(set) var entries: [Int] = []
    /// How many entries were ever pushed.
    private(set) var pushed = 0

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

    /// Removes one of the last 300, but not the very last.
    mutating func removeNearEnd(_ random: inout SeededGenerator) {
        if entries.count > 300 {
            entries.remove(at: Int.random(in: entries.count - 300..<entries.count - 1, using: &random))
        }
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
    /// How many were taken that were known, and dropped by their ids.
    private(set) var takenAgain = 0
    private var known: Set<Int> = []

    mutating func read(_ list: ListModel) {
        guard let first = list.entries.first.map(Self.hash) else {
            begin()
            return
        }
        let reading = list.entries.dropFirst(position.readingStart).prefix(position.recent.count + 16).map(Self.hash)
        if position.isProved(first: first, reading: reading) {
            let new = Array(reading[position.recent.count...])
            take(list.entries[position.count...].prefix(new.count), new, first)
            if position.count < list.entries.count { read(list) }
        } else if let alignment = align(list, first) {
            alignments += 1
            position = alignment.position
            take(alignment.new, alignment.new.map(Self.hash), first)
            // The window that it was found in may not be the list's last.
            if position.count < list.entries.count { read(list) }
        } else {
            wholeReadings += 1
            begin()
            take(list.entries[...], list.entries.map(Self.hash), first)
        }
    }

    private func align(_ list: ListModel, _ first: EntryHash) -> (position: ListPosition, new: ArraySlice<Int>)? {
        var search = TailSearch(tail: tail, first: position.first)
        while true {
            let end = max(0, list.entries.count - search.window.offset)
            let window = list.entries[max(0, end - search.window.count)..<end]
            let hashes = window.map(Self.hash)
            switch search.look(at: hashes, bytes: 10 * hashes.count, length: list.entries.count, first: first) {
            case .found(let alignment):
                let recent = hashes[..<alignment.end].suffix(min(alignment.length, ListPosition.proofLength))
                let count = window.startIndex + alignment.end
                return (
                    ListPosition(count: count, first: first, recent: Array(recent)), window.dropFirst(alignment.end)
                )
            case .unfinished: continue
            case .notFound: return nil
            }
        }
    }

    private mutating func begin() {
        position = .start
        tail = []
    }

    private mutating func take(_ entries: ArraySlice<Int>, _ hashes: [EntryHash], _ first: EntryHash) {
        position.advance(past: hashes, first: first)
        tail = (tail + hashes).suffix(ListPosition.tailLength)
        for entry in entries { if known.insert(entry).inserted { taken.append(entry) } else { takenAgain += 1 } }
    }

    static func hash(_ entry: Int) -> EntryHash {
        Array("{\"id\":\(entry)}".utf8).withUnsafeBufferPointer { EntryHash($0) }
    }
}
