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

/// Where the known part of a list ends, found by the hashes of what was taken in last.
package struct TailAlignment: Hashable, Sendable {
    /// The index behind the last known entry.
    package let end: Int
    /// How many entries before it match the tail.
    package let length: Int

    /// Finds the longest suffix of `tail` that `list` contains.
    ///
    /// Among equally long ones it is the first, since an entry taken twice is dropped by its id, and one passed over
    /// would be lost. For the same reason all that lies before must be explained by the tail: a list from which entries
    /// were removed is, so far as the tail reaches, a part of the tail in the tail's order. Where something else stands
    /// there, a known entry was pushed again behind new ones.
    ///
    /// - Returns: `nil` where not even the last known entry is found, or where the rest is not explained.
    package init?(of tail: [EntryHash], in list: [EntryHash]) {
        guard let last = tail.last else { return nil }
        var best: (end: Int, length: Int)?
        for index in list.indices where list[index] == last {
            var length = 1
            while length < min(index + 1, tail.count), list[index - length] == tail[tail.count - 1 - length] {
                length += 1
            }
            if length > best?.length ?? 0 { best = (index + 1, length) }
        }
        // A tail that is not full is all that was ever taken in of the list.
        let isEnd = tail.count >= ListPosition.tailLength
        guard let best,
            TailAlignment.explains(tail.dropLast(best.length), list[..<(best.end - best.length)], isEnd: isEnd)
        else { return nil }
        (end, length) = best
    }

    /// Whether `list` is what removals left of `tail`, or of a longer history of which `tail` is the end: then the oldest
    /// that the tail knows must be there, and what lies before it is beyond its reach.
    private static func explains(_ tail: ArraySlice<EntryHash>, _ list: ArraySlice<EntryHash>, isEnd: Bool) -> Bool {
        var unexplained = list
        var oldestIsThere = tail.isEmpty
        for index in tail.indices.reversed() where unexplained.last == tail[index] {
            unexplained.removeLast()
            oldestIsThere = index == tail.startIndex
        }
        return unexplained.isEmpty || (isEnd && oldestIsThere)
    }

    /// Whether what lies further back in a list need not be looked at: the match is long enough not to be chance, and
    /// ends only where the tail does.
    package func isConclusive(tailLength: Int) -> Bool {
        length >= ListPosition.proofLength && length == tailLength
    }
}
