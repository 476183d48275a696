/// How many streams each of those has whose streams are limited.
struct StreamCounts<Key: Hashable> {
    /// 0: none.
    let limit: Int
    private var counts: [Key: Int] = [:]
    private var keys: [Int32: Key] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    func isFull(_ key: Key?) -> Bool {
        guard limit > 0, let key else { return false }
        return counts[key, default: 0] >= limit
    }

    mutating func add(_ key: Key?, stream: Int32) {
        guard limit > 0, let key else { return }
        keys[stream] = key
        counts[key, default: 0] += 1
    }

    mutating func remove(stream: Int32) {
        guard let key = keys.removeValue(forKey: stream), let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
