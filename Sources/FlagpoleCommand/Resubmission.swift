import Bridge
import Feeds

/// What became of an entry that was to be dealt with.
enum QuarantineOutcome {
    case done(String)
    case refused(String)

    static let notThere = QuarantineOutcome.refused("there is no such entry")
}

/// Pushes entries that were set aside to their feeds again, one after the other.
struct Resubmission {
    private let quarantine: Quarantine
    private let configuration: Configuration
    /// To the feed of the last entry; a feed's entries mostly come together.
    private var publisher: FeedPublisher?

    init(of quarantine: Quarantine, _ configuration: Configuration) {
        self.quarantine = quarantine
        self.configuration = configuration
    }

    /// Pushes one entry, or what was made of it, and removes it once Redis has it.
    ///
    /// - Throws: What concerns all entries, such as that Redis cannot be reached.
    mutating func resubmit(_ sequence: Int64, as mended: [UInt8]?) throws(CommandError) -> QuarantineOutcome {
        guard let entry = try quarantine.entry(sequence) else { return .notThere }
        guard let feed = FeedName(entry.feed), let kind = configuration.kind(of: feed) else {
            return .refused(
                "no kind is configured for \(entry.feed.printable); configure one, or discard the entry")
        }
        var publisher = try publisher(to: feed, kind)
        defer { self.publisher = publisher }
        // The same id at every attempt, so that what is pushed twice is stored once.
        switch try publisher.offer(mended ?? entry.bytes, id: "quarantined-\(sequence)-\(entry.storedAt)") {
        case .bad(let reason):
            return .refused(reason.explanation)
        case .ready(let id, _):
            _ = try quarantine.remove(sequence)
            return .done("pushed to \(feed) as \(id.printable)")
        }
    }

    private func publisher(to feed: FeedName, _ kind: Kind) throws(CommandError) -> FeedPublisher {
        if let publisher, publisher.feed == feed { return publisher }
        return try FeedPublisher(feed, kind, configuration)
    }
}
