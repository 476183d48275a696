/// Finds what somebody may have meant to type.
package enum Spelling {
    /// The candidate that fewest changes turn a word into; nil where all are too far from it.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let farthest = max(1, word.utf8.count / 3)
        let nearest = candidates.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
        return nearest.flatMap { $0.1 <= farthest ? $0.0 : nil }
    }

    /// How many bytes must be inserted, removed or replaced, or swapped with their neighbour (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(substitution, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
