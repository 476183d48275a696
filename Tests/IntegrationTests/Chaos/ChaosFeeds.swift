/// An entry of a chaos run: the so-manieth that its feed was fed.
struct ChaosEntry: Hashable, Sendable {
    let feed: Int
    /// From 1, without gaps, in the order of the feed's list.
    let number: Int
}

/// A feed of a chaos run.
struct ChaosFeed: Sendable {
    let name: String
    let list: String
    let flag: String
    /// Whether its entries have ids; otherwise a member that the bridge does not know tells them apart, and nothing
    /// but their place on the list keeps one from being stored twice.
    let hasIDs: Bool
    /// Whether its writer trims the list as it goes.
    let isTrimmed: Bool
    /// What makes its entries large.
    let padding: String
}

/// The feeds of a chaos run: many of users, and a few of jobs with large entries.
///
/// What an entry says follows from its number, so that whoever receives one can tell whether it is whole.
struct ChaosFeeds: Sendable {
    /// How the bridge is told of the kind that is not built in.
    static let kinds = ["job": ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]]

    let all: [ChaosFeed]
    private let indices: [Substring: Int]

    init(users: Int, jobs: Int) {
        let users = (0..<users).map { id in
            ChaosFeed(
                name: "user:\(id)", list: "notifications:user:\(id)", flag: "user:\(id):has_new_notification",
                hasIDs: id % 3 != 2, isTrimmed: id % 4 == 1, padding: "")
        }
        let jobs = (0..<jobs).map { id in
            ChaosFeed(
                name: "job:\(id)", list: "job:\(id):progress", flag: "job:\(id):has_progress",
                hasIDs: id % 3 != 2, isTrimmed: false, padding: String(repeating: "x", count: 4000))
        }
        all = users + jobs
        indices = Dictionary(uniqueKeysWithValues: all.enumerated().map { (Substring($1.name), $0) })
    }

    /// The feeds with large entries.
    var jobs: [Int] { all.indices.filter { !all[$0].padding.isEmpty } }

    func index(of name: String) -> Int? { indices[Substring(name)] }

    /// What tells an entry apart from all others: its id, where its feed's entries have any.
    func mark(of entry: ChaosEntry) -> String { "\(all[entry.feed].name)-\(entry.number)" }

    /// The entry as it is pushed; some have a name for their event.
    func text(of entry: ChaosEntry) -> String {
        let feed = all[entry.feed]
        let mark = #""\#(feed.hasIDs ? "id" : "mark")":"\#(mark(of: entry))""#
        let event = entry.number % 5 == 0 ? #","event":"step""# : ""
        return #"{\#(mark)\#(event),"title":"No. \#(entry.number)","text":"\#(feed.padding)"}"#
    }

    /// The entry that says this; nil where it is not, byte for byte, one that was pushed.
    func entry(text: some StringProtocol) -> ChaosEntry? {
        let parts = text.split(separator: "\"", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, let entry = entry(mark: parts[3]), self.text(of: entry) == text else { return nil }
        return entry
    }

    private func entry(mark: some StringProtocol) -> ChaosEntry? {
        let parts = mark.split(separator: "-")
        guard parts.count == 2, let number = Int(parts[1]), let feed = indices[Substring(parts[0])] else { return nil }
        return ChaosEntry(feed: feed, number: number)
    }

    /// The entry that an event brings; nil where it is not, byte for byte, one that was pushed.
    func entry(event: String, data: String, isEnveloped: Bool) -> ChaosEntry? {
        var body = Substring(data)
        if isEnveloped {
            guard let start = data.firstRange(of: #","body":"#)?.upperBound else { return nil }
            body = data[start...].dropLast()
        }
        guard let entry = entry(text: body), event == (entry.number % 5 == 0 ? "step" : "message") else { return nil }
        let feed = all[entry.feed]
        let envelope = #"{"feed":"\#(feed.name)","id":""# + (feed.hasIDs ? #"\#(mark(of: entry))","# : "")
        return isEnveloped && !data.hasPrefix(envelope) ? nil : entry
    }
}
