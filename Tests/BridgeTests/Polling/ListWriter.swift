import Feeds
import TestSupport

/// The writers of one feed, who do at random what writers do to a list, and what a bridge must have stored of it.
struct ListWriter {
    enum Operation: CaseIterable {
        case push, pushMany, pushAgain, pushWithoutID, pushTwins, pushBad
        case trim, shift, removeAny, removeFirst, delete, rebuild, becomeString, forget
    }

    /// One entry on the list, told apart from others that look the same.
    private struct Entry {
        /// Its id, or where it has none which entry it is.
        let identity: String
        let text: String
    }

    let feed: FeedName
    let list: String
    /// The bodies of the notifications, and the entries that were set aside, in order.
    private(set) var stored: [String] = []
    private(set) var setAside: [String] = []
    private let redis: RedisServer
    private var entries: [Entry] = []
    private var taken: Set<String> = []
    private var withID: [Entry] = []
    private var count = 0
    private(set) var isString = false

    init(_ name: String, list: String, _ redis: RedisServer) throws {
        feed = try FeedName(of: name)
        self.list = list
        self.redis = redis
    }

    /// The bridge has read the list: what is new on it is stored, in its order.
    mutating func wasRead() {
        for entry in entries where taken.insert(entry.identity).inserted {
            if entry.text.hasPrefix("{") { stored.append(entry.text) } else { setAside.append(entry.text) }
        }
    }

    mutating func perform(_ operation: Operation, _ random: inout SeededGenerator, _ store: TestStore) throws {
        if isString {
            try redis.command("DEL", list)
            isString = false
        }
        switch operation {
        case .push: try push([next(&random)])
        case .pushMany:
            let many = random.isTrue(oneIn: 8) ? 700 : Int.random(in: 2...40, using: &random)
            try push((0..<many).map { _ in next(&random) })
        case .pushAgain: if !withID.isEmpty { try push([withID.any(&random)]) }
        case .pushWithoutID: try push([anonymous(#"{"n":\#(count)}"#)])
        case .pushTwins: try push([anonymous("{}"), anonymous("{}")])
        case .pushBad: try push([anonymous("bad \(count)")])
        case .trim: try trim(dropping: max(0, entries.count - Int.random(in: 0...30, using: &random)))
        case .shift: try trim(dropping: Int.random(in: 1...3, using: &random))
        case .removeAny: if !entries.isEmpty { try remove(entries.indices.any(&random)) }
        case .removeFirst: if !entries.isEmpty { try trim(dropping: 1) }
        case .delete: try delete()
        case .rebuild: try rebuild(&random)
        case .becomeString:
            try redis.command("SET", list, "no list")
            entries = []
            isString = true
        case .forget: try forget(&random, store)
        }
    }

    // MARK: - Entries

    private mutating func next(_ random: inout SeededGenerator) -> Entry {
        count += 1
        // An integer is the same id as its digits.
        let id = random.isTrue(oneIn: 4) ? "\(count)" : "\"\(count)\""
        return Entry(identity: "\(count)", text: #"{"id":\#(id),"t":"\#(feed)"}"#)
    }

    private mutating func anonymous(_ text: String) -> Entry {
        count += 1
        return Entry(identity: "#\(count)", text: text)
    }

    // MARK: - The list

    private mutating func push(_ new: [Entry]) throws {
        redis.connection.append(["RPUSH", list] + new.map(\.text))
        _ = try redis.connection.readReply()
        entries += new
        withID += new.filter { !$0.identity.hasPrefix("#") }
    }

    private mutating func trim(dropping number: Int) throws {
        try redis.command("LTRIM", list, "\(number)", "-1")
        entries = Array(entries.dropFirst(number))
    }

    private mutating func remove(_ index: Int) throws {
        let text = entries[index].text
        try redis.command("LREM", list, "1", text)
        if let first = entries.firstIndex(where: { $0.text == text }) { entries.remove(at: first) }
    }

    private mutating func delete() throws {
        try redis.command("DEL", list)
        entries = []
    }

    /// Begins the list anew, with old entries in another order and new ones among them.
    ///
    /// A bad one that stood behind a known entry would be one that was pushed again.
    private mutating func rebuild(_ random: inout SeededGenerator) throws {
        let old = entries.filter { $0.text.hasPrefix("{") }.shuffled(using: &random).prefix(
            Int.random(in: 0...10, using: &random))
        let new = [next(&random), next(&random)]
        try delete()
        try push((old + new).shuffled(using: &random))
    }

    /// The application deletes a notification whose entry may still be on the list.
    private mutating func forget(_ random: inout SeededGenerator, _ store: TestStore) throws {
        guard !stored.isEmpty else { return }
        let body = stored.remove(at: stored.indices.any(&random))
        let delete = try store.connect().prepare("DELETE FROM notifications WHERE feed = ? AND body = ?")
        delete.bind(1, feed.text)
        delete.bind(2, body)
        try delete.run()
    }
}
