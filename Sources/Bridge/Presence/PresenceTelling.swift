import Feeds

/// Decides who is told what of who comes to feeds and leaves them: whatever a stream was told, applied to a set, makes those
/// who are there.
///
/// A feed with more identities than the limit is too large for telling each of each. What its streams would have been told
/// then is kept as far as it still counts, and told once there are no more than that.
struct PresenceTelling {
    /// What streams of a feed are told after a change there; in this order.
    enum News: Equatable {
        /// These are there already.
        case toNewcomers([PresentStreamID], [String?])
        case toAll(PresenceMessage.Event, String?)
    }

    /// What streams of a feed were not told.
    private struct Arrears {
        /// Who has come or gone, as far as it was not undone since.
        var events: [String?: PresenceMessage.Event] = [:]
        /// Streams that do not know who is there.
        var newcomers: Set<PresentStreamID> = []

        mutating func note(_ change: PresenceChange, isNews: Bool) {
            if change.joins { newcomers.insert(change.stream) } else { newcomers.remove(change.stream) }
            guard isNews else { return }
            let hasUndone = events.removeValue(forKey: change.identity) != nil
            if !hasUndone { events[change.identity] = change.joins ? .joined : .left }
        }
    }

    /// How many identities a feed may have.
    let limit: Int
    private(set) var counts = PresenceCounts()
    private var arrears: [FeedName: Arrears] = [:]

    init(limit: Int = 500) { self.limit = limit }

    /// Notes a change; whether an identity has come or gone with it, and who is told what.
    mutating func note(_ change: PresenceChange) -> (isNews: Bool, told: [News]) {
        let isNews = counts.note(change)
        guard let room = counts.rooms[change.feed] else {
            arrears[change.feed] = nil
            return (isNews, [])
        }
        var due = arrears.removeValue(forKey: change.feed) ?? Arrears()
        due.note(change, isNews: isNews)
        guard room.identities.count <= limit else {
            arrears[change.feed] = due
            return (isNews, [])
        }
        let known = room.identities.keys.filter { due.events[$0] == nil }
        var told = due.events.map { News.toAll($0.value, $0.key) }
        if !due.newcomers.isEmpty && !known.isEmpty { told.insert(.toNewcomers(Array(due.newcomers), known), at: 0) }
        return (isNews, told)
    }
}
