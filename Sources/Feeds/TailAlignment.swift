/// Where the known part of a list ends, found by the hashes of what was taken in last.
package struct TailAlignment: Hashable, Sendable {
    /// The index behind the last known entry.
    package let end: Int
    /// How many entries before it match the tail.
    package let length: Int
    /// Whether the tail explains all that lies before the end.
    package let isExplained: Bool
    /// Whether what lies further back in a list need not be looked at: of a tail that is full the oldest is there, and
    /// enough is not to be chance.
    package let isConclusive: Bool

    /// Finds the longest suffix of `tail` that `list` contains.
    ///
    /// Among equally long ones it is the first, since an entry taken twice is dropped by its id, and one passed over
    /// would be lost. For the same reason all that lies before must be explained by the tail: a list from which entries
    /// were removed is, so far as the tail reaches, a part of the tail in the tail's order. Where something else stands
    /// there, a known entry was pushed again behind new ones.
    ///
    /// - Returns: `nil` where not even the last known entry is found.
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
        guard let best else { return nil }
        (end, length) = best
        // Whether the list before the match is what removals left of the tail, or of a longer history of which the tail
        // is the end: then the oldest that the tail knows must be there, and what lies before it is beyond its reach.
        var unexplained = list[..<(end - length)]
        var oldest = tail.count - length
        var found = length
        for index in tail.indices.dropLast(length).reversed() where unexplained.last == tail[index] {
            unexplained.removeLast()
            oldest = index
            found += 1
        }
        // A tail that is not full is all that was ever taken in of the list.
        let reachesBack = tail.count >= ListPosition.tailLength && oldest == 0
        isExplained = unexplained.isEmpty || reachesBack
        isConclusive = reachesBack && found >= ListPosition.proofLength
    }
}
