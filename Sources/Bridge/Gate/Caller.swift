import Access
import Feeds

/// Who a request is from, as far as that was shown.
enum Caller: Sendable {
    /// Nobody asks, in the mode `open`.
    case anyone
    /// The holder of an admin key, which is told by its place among them.
    case keyHolder(AdminKeys.Scope, number: Int)
    /// A reader, and what it has shown.
    case reader(Grant, by: Proof)

    /// What a reader's grant comes from.
    enum Proof: Sendable {
        /// A token that Redis knows.
        case token(Token)
        /// A JSON Web Token, which its digest tells from others.
        case signed(digest: [UInt8])
        /// A proxy's word.
        case proxy
    }

    /// Who asks, where that is known.
    var identity: Identity? {
        if case .reader(let grant, _) = self { grant.identity } else { nil }
    }

    /// Refuses a feed that the caller may not read.
    func checkReading(_ feed: FeedName) throws(Problem) {
        let isAllowed =
            switch self {
            case .anyone: true
            case .keyHolder(let scope, _): scope.allows(kind: feed.kind)
            case .reader(let grant, _): grant.allows(feed)
            }
        guard isAllowed else { throw Problem(.forbidden, "\(feed) is not among the feeds that this caller may read.") }
    }

    /// Refuses a caller that may not write to feeds of a kind.
    func checkWriting(kind: String) throws(Problem) {
        switch self {
        case .anyone: break
        case .keyHolder(let scope, _):
            guard !scope.allows(kind: kind) else { break }
            throw Problem(.forbidden, "This admin key is not for the kind \(kind).")
        case .reader: throw Problem(.forbidden, "Writing takes an admin key, as Authorization: Bearer KEY.")
        }
    }

    /// Refuses a caller that may not see everything.
    func checkOperating() throws(Problem) {
        switch self {
        case .anyone, .keyHolder(.everything, _): break
        case .keyHolder, .reader:
            throw Problem(.forbidden, "This takes an admin key for all kinds, as Authorization: Bearer KEY.")
        }
    }
}
