/// How far a feed's list has been taken in, and what proves that the list is still the same one.
///
/// `count` alone proves nothing: a list may be trimmed, rebuilt, or expire and begin anew between two readings.
package struct ListPosition: Hashable, Sendable {
    /// How many entries from the list's head are taken in.
    package var count: Int
    /// The hash of the list's first entry.
    package var first: EntryHash?
    /// The hashes of the last entries that were taken in, oldest first: at most `proofLength`.
    package var recent: [EntryHash]

    /// How many entries before the position are compared at every reading.
    package static let proofLength = 8
    /// How many hashes the database keeps, with which a list is aligned that no longer stands where it stood.
    package static let tailLength = 256

    package init(count: Int = 0, first: EntryHash? = nil, recent: [EntryHash] = []) {
        self.count = count
        self.first = first
        self.recent = recent
    }

    /// The position of a list that nothing was taken of.
    package static let start = ListPosition()

    /// Where an incremental reading begins: as far before the position as there is proof.
    package var readingStart: Int { count - recent.count }

    /// Whether a reading from `readingStart`, and the list's first entry, show the list that was read before.
    package func isProved(first: EntryHash?, reading: [EntryHash]) -> Bool {
        guard count > 0 else { return true }
        return first == self.first && reading.starts(with: recent)
    }

    /// Moves past `taken`, which follow the position; `first` is the hash of the list's first entry.
    package mutating func advance(past taken: [EntryHash], first: EntryHash?) {
        count += taken.count
        self.first = first
        recent = Array((recent + taken).suffix(ListPosition.proofLength))
    }
}
