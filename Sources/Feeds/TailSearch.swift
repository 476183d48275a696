/// The search for the end of a list's known part, from the list's end backwards, a window at a time.
///
/// It goes on until the tail is found and accounted for, or the list's first entry is reached. A list that still begins
/// as it did is then searched once more, without what is no longer on it at all: where the tail's oldest was removed,
/// nothing else tells that what stands before is beyond the tail's reach.
package struct TailSearch: Sendable {
    /// The hashes of what was taken in last, so far as they are still looked for.
    private var tail: [EntryHash]
    /// Which part of the list is looked at next.
    package private(set) var window = Window.first
    /// The hash that the list's first entry had; `nil` where the tail is all that was ever taken in.
    private let first: EntryHash?
    /// Those of the tail's hashes that were seen on the list.
    private var seen: Set<EntryHash> = []
    /// The longest match so far.
    private var longest = 0
    /// Whether what is no longer on the list was left out of the tail.
    private var isReduced = false

    /// A part of a list, by its distance from the list's end: a list that is pushed to, or trimmed, between two windows
    /// leaves no gap between them.
    package struct Window: Hashable, Sendable {
        /// How many entries of the list lie behind it.
        package let offset: Int
        package let count: Int

        package init(offset: Int = 0, count: Int) {
            self.offset = offset
            self.count = count
        }

        /// A list that is trimmed after every push shows its tail in this one.
        package static let first = Window(count: 512)
        private static let largest = 4096
        /// What a window's entries should take at most, in bytes.
        private static let bytes = 1_048_576
        /// Windows overlap by a tail's length, so that one of them has all of it, and by as much as may be taken from the
        /// list's end meanwhile.
        private static let overlap = 2 * ListPosition.tailLength

        /// The window before this one, whose entries took so many bytes: twice as large while these are few, and never so
        /// small that it does not reach further back by a tail's length.
        func next(after bytes: Int) -> Window {
            let fitting = count * Window.bytes / max(bytes, 1)
            let least = Window.overlap + ListPosition.tailLength
            return Window(
                offset: offset + count - Window.overlap,
                count: max(least, min(2 * count, fitting, Window.largest)))
        }
    }

    /// What a window showed.
    package enum Outcome: Equatable {
        /// Where the known part ends, counted from the window's beginning.
        case found(TailAlignment)
        /// The next window is to be looked at.
        case unfinished
        /// It is another list, or one that changed beyond recognition.
        case notFound
    }

    /// - Parameters:
    ///   - tail: The hashes of what was taken in last.
    ///   - first: The hash of the list's first entry at that time.
    package init(tail: [EntryHash], first: EntryHash?) {
        self.tail = tail
        self.first = tail.count >= ListPosition.tailLength ? first : nil
    }

    /// Looks at the window's entries, which take so many bytes, of a list that is so long and begins with `first`.
    package mutating func look(at entries: [EntryHash], bytes: Int, length: Int, first: EntryHash?) -> Outcome {
        guard !tail.isEmpty else { return .notFound }
        guard window.offset < length else {
            // It became shorter meanwhile.
            restart()
            return .unfinished
        }
        let isHead = window.offset + entries.count >= length
        if let alignment = TailAlignment(of: tail, in: entries) {
            if ends(alignment, isHead: isHead) { return .found(alignment) }
            longest = max(longest, alignment.length)
        }
        if !isReduced { seen.formUnion(Set(tail).intersection(entries)) }
        if isHead { return first == self.first && reduce() ? .unfinished : .notFound }
        window = window.next(after: bytes)
        return .unfinished
    }

    private func ends(_ alignment: TailAlignment, isHead: Bool) -> Bool {
        if isReduced { return alignment.length == tail.count }
        return isHead ? alignment.isExplained && alignment.length >= longest : alignment.isConclusive
    }

    /// Leaves out of the tail what is not on the list; whether enough is left, and its end found before.
    private mutating func reduce() -> Bool {
        let rest = tail.filter(seen.contains)
        guard !isReduced, longest > 0, (ListPosition.proofLength..<tail.count).contains(rest.count) else {
            return false
        }
        tail = rest
        isReduced = true
        restart()
        return true
    }

    private mutating func restart() {
        window = .first
        longest = 0
    }
}
