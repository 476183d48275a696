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
                isTrimmed: id % 4 == 1, padding: "")
        }
        let jobs = (0..<jobs).map { id in
            ChaosFeed(
                name: "job:\(id)", list: "job:\(id):progress", flag: "job:\(id):has_progress",
                isTrimmed: false, padding: String(repeating: "x", count: 4000))
        }
        all = users + jobs
        indices = Dictionary(uniqueKeysWithValues: all.enumerated().map { (Substring($1.name), $0) })
    }

    /// The feeds with large entries.
    var jobs: [Int] { all.indices.filter { !all[$0].padding.isEmpty } }

    func id(of entry: ChaosEntry) -> String { "\(all[entry.feed].name)-\(entry.number)" }

    /// The entry as it is pushed; some have a name for their event.
    func text(of entry: ChaosEntry) -> String {
        let event = entry.number % 5 == 0 ? #""event":"step","# : ""
        return
            #"{"id":"\#(id(of: entry))",\#(event)"title":"No. \#(entry.number)","text":"\#(all[entry.feed].padding)"}"#
    }

    func entry(id: some StringProtocol) -> ChaosEntry? {
        let parts = id.split(separator: "-")
        guard parts.count == 2, let number = Int(parts[1]), let feed = indices[Substring(parts[0])] else { return nil }
        return ChaosEntry(feed: feed, number: number)
    }

    /// The entry that an event brings; nil where it is not, byte for byte, one that was pushed.
    func entry(event: String, data: String, isEnveloped: Bool) -> ChaosEntry? {
        let mark = #""id":""#
        guard let start = data.firstRange(of: mark)?.upperBound, let end = data[start...].firstIndex(of: "\""),
            let entry = entry(id: data[start..<end]), event == (entry.number % 5 == 0 ? "step" : "message")
        else { return nil }
        guard isEnveloped else { return data == text(of: entry) ? entry : nil }
        let begin = #"{"feed":"\#(all[entry.feed].name)","#
        return data.hasPrefix(begin) && data.hasSuffix(#","body":\#(text(of: entry))}"#) ? entry : nil
    }
}
