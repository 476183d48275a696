import Feeds
import Reactor
import Redis

extension Poller {
    /// A list that is read through, chunk by chunk, for the ids that are on it.
    struct Inspection {
        let feed: FeedName
        let key: String
        var next = MonotonicTime(nanoseconds: 0)
        /// How many entries were read.
        var count = 0
        /// Hashes of the ids found: a collision only keeps a mark longer than need be.
        var ids: Set<EntryHash> = []
        /// The hashes of the last entries of the chunk before, with which the next one has to begin.
        var overlap: [EntryHash] = []
        var attempts = 0

        static let chunk = 1000
        static let maximumOverlap = 8
        static let maximumAttempts = 3
    }

    /// Has the lists of these feeds read through, so that the store can forget what is no longer on them.
    func inspect(_ feeds: [FeedName]) {
        for feed in feeds { inspect(feed) }
        noteInspected()
    }

    private func inspect(_ feed: FeedName) {
        guard let kind = kindIndex[String(feed.kind)] else { return }
        guard kinds[kind].source == .flagAndList || kinds[kind].source == .list, let list = kinds[kind].list else {
            return writer.post(on: writer.executor) { $0.removeMarks(of: feed.text, except: []) }
        }
        inspections.append(Inspection(feed: feed, key: settings.redis.prefix + list.key(for: feed.id)))
    }

    private func noteInspected() {
        if inspections.isEmpty { writer.post(on: writer.executor) { $0.inspected() } }
    }

    /// Reads the next chunk of the list that is being read through.
    ///
    /// A list that is trimmed meanwhile shifts under the reading: the chunks no longer join, and it begins anew. One
    /// that never holds still is left for the next pass.
    func continueInspection(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        guard let inspection = inspections.first, now >= inspection.next else { return }
        try read(inspection, connection, now)
        noteInspected()
    }

    private func read(
        _ inspection: Inspection, _ connection: RedisConnection, _ now: MonotonicTime
    ) throws(RedisError) {
        var inspection = inspection
        let start = inspection.count - inspection.overlap.count
        connection.append("LRANGE", inspection.key, String(start), String(start + Inspection.chunk - 1))
        let reply = try connection.readReply()
        inspections.removeFirst()
        if let error = reply.serverError { return report(inspection.feed.text, error) }
        let hashes = (0..<reply.count).map { index in reply.element(index).withBytes { EntryHash($0) } }
        guard hashes.starts(with: inspection.overlap) else {
            inspection = Inspection(feed: inspection.feed, key: inspection.key, attempts: inspection.attempts + 1)
            if inspection.attempts < Inspection.maximumAttempts { inspections.append(inspection) }
            return
        }
        for index in inspection.overlap.count..<reply.count {
            if case .notification(let id?, _, _) = reply.element(index).withBytes({ reader.read($0) }) {
                inspection.ids.insert(Array(id.utf8).withUnsafeBufferPointer { EntryHash($0) })
            }
        }
        guard reply.count == Inspection.chunk else {
            let (feed, ids) = (inspection.feed, inspection.ids)
            writer.post(on: writer.executor) { $0.removeMarks(of: feed.text, except: ids) }
            return
        }
        inspection.count = start + reply.count
        inspection.overlap = Array(hashes.suffix(Inspection.maximumOverlap))
        inspection.next = now + 20
        inspections.insert(inspection, at: 0)
    }
}
