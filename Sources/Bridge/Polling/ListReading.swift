import Feeds
import Redis

/// One reading of one feed's list: which commands it takes, and what their replies mean.
enum ListReading {
    /// How many new entries of a feed are taken at a time.
    static let chunk = 256

    /// What a reading found.
    enum Finding {
        /// Entries behind the position, which may be none; `isFull`: there may be more.
        case entries(ListEntries, isFull: Bool)
        /// The list is not there.
        case absent
        /// The list is not what it was at the position: it has to be aligned with the stored tail.
        case moved
        /// Redis refused, for example since the key is no list.
        case refused(RedisServerError)
    }

    /// New entries, held by the reply that they came in.
    struct ListEntries {
        let reply: RedisReply
        /// Which elements of the reply are new.
        let range: Range<Int>
        let hashes: [EntryHash]
        /// The hash of the list's first entry.
        let first: EntryHash?
        /// The position that the entries follow, where it is not the stored one.
        var alignedPosition: ListPosition?
    }

    // MARK: - Behind the position

    /// Queues the reading of what lies past the position, with enough before it to prove that it is the same list.
    ///
    /// - Returns: how many replies will come.
    static func append(_ key: String, _ position: ListPosition, to commands: inout [UInt8]) -> Int {
        let start = position.readingStart
        if start > 0 { RESPEncoder.append(command: ["LRANGE", key, "0", "0"], to: &commands) }
        RESPEncoder.append(
            command: ["LRANGE", key, String(start), String(position.count + chunk - 1)], to: &commands)
        return start > 0 ? 2 : 1
    }

    static func interpret(_ replies: [RedisReply], _ position: ListPosition) -> Finding {
        for reply in replies { if let error = reply.serverError { return .refused(error) } }
        guard let reading = replies.last else { return .absent }
        if reading.count == 0 && (replies.count == 1 || replies[0].count == 0) { return .absent }
        let hashes = hashes(reading, 0..<reading.count)
        let first = replies.count == 2 ? hash(replies[0], 0) : hashes.first
        guard position.isProved(first: first, reading: hashes) else { return .moved }
        let known = position.recent.count
        return .entries(
            ListEntries(
                reply: reading, range: known..<reading.count, hashes: Array(hashes[known...]), first: first),
            isFull: reading.count - known == chunk)
    }

    // MARK: - Whether anything changed

    /// Queues the cheapest reading that tells whether a list still ends at the position, and with its first entry whether
    /// it also still begins where it began: a list may be begun anew that is as long and ends alike.
    ///
    /// - Returns: how many replies will come.
    static func appendComparison(
        _ key: String, _ position: ListPosition, withFirst: Bool, to commands: inout [UInt8]
    ) -> Int {
        // The first of two entries is not the last.
        let asksFirst = withFirst && position.count > 1
        if asksFirst { RESPEncoder.append(command: ["LRANGE", key, "0", "0"], to: &commands) }
        let start = max(0, position.count - 1)
        RESPEncoder.append(command: ["LRANGE", key, String(start), String(position.count)], to: &commands)
        return asksFirst ? 2 : 1
    }

    static func isUnchanged(_ replies: [RedisReply], _ position: ListPosition) -> Bool {
        guard replies.allSatisfy({ $0.serverError == nil }), let end = replies.last else { return false }
        guard position.count > 0 else { return end.count == 0 }
        guard end.count == 1 && hash(end, 0) == position.recent.last else { return false }
        return replies.count == 1 || hash(replies[0], 0) == position.first
    }

    // MARK: - Aligning

    /// Queues the reading of a part of a list, of its first entry and of its length, all of one moment.
    static func appendAlignment(_ key: String, _ window: TailSearch.Window, to commands: inout [UInt8]) {
        RESPEncoder.append(command: ["MULTI"], to: &commands)
        RESPEncoder.append(command: ["LLEN", key], to: &commands)
        RESPEncoder.append(command: ["LRANGE", key, "0", "0"], to: &commands)
        RESPEncoder.append(
            command: ["LRANGE", key, String(-window.offset - window.count), String(-window.offset - 1)], to: &commands)
        RESPEncoder.append(command: ["EXEC"], to: &commands)
    }

    static let alignmentReplies = 5

    enum Alignment {
        /// Where the known part ends, with what follows it; `isFull`: there is more behind that.
        case found(ListEntries, isFull: Bool)
        case absent
        /// The next window of the search tells more.
        case unfinished
        /// Nothing of the tail is on the list: it is another one, of so many entries.
        case unknown(length: Int)
        case refused(RedisServerError)
    }

    /// Aligns a part of a list with the tail of what was taken in before.
    static func align(_ replies: [RedisReply], _ search: inout TailSearch) -> Alignment {
        for reply in replies { if let error = reply.serverError { return .refused(error) } }
        guard let answer = replies.last, answer.count == 3 else {
            return .refused(RedisServerError(text: "ERR the transaction was discarded"))
        }
        for index in 0..<3 { if let error = answer.element(index).serverError { return .refused(error) } }
        let length = Int(answer.element(0).integer)
        guard length > 0 else { return .absent }
        let reading = answer.element(2)
        let hashes = hashes(reading, 0..<reading.count)
        let first = hash(answer.element(1), 0)
        let behind = search.window.offset
        let bytes = (0..<reading.count).reduce(0) { $0 + reading.element($1).withBytes(\.count) }
        switch search.look(at: hashes, bytes: bytes, length: length, first: first) {
        case .unfinished: return .unfinished
        case .notFound: return .unknown(length: length)
        case .found(let alignment):
            let known = hashes[..<alignment.end].suffix(min(alignment.length, ListPosition.proofLength))
            let position = ListPosition(
                count: length - behind - reading.count + alignment.end, first: first, recent: Array(known))
            let entries = ListEntries(
                reply: reading, range: alignment.end..<reading.count, hashes: Array(hashes[alignment.end...]),
                first: first, alignedPosition: position)
            return .found(entries, isFull: behind > 0)
        }
    }

    // MARK: - The end

    /// Where a list ends, by the same replies as for aligning.
    enum End {
        case found(ListPosition, tail: [EntryHash])
        case refused(RedisServerError)
    }

    static func end(_ replies: [RedisReply]) -> End {
        let answer = replies.last
        let elements = (0..<(answer?.count ?? 0)).compactMap { answer?.element($0) }
        if let error = (replies + elements).lazy.compactMap(\.serverError).first { return .refused(error) }
        guard elements.count == 3 else { return .refused(RedisServerError(text: "ERR the transaction was discarded")) }
        let tail = hashes(elements[2], 0..<elements[2].count)
        let position = ListPosition(
            count: Int(elements[0].integer), first: hash(elements[1], 0),
            recent: Array(tail.suffix(ListPosition.proofLength)))
        return .found(position, tail: tail)
    }

    private static func hashes(_ reply: RedisReply, _ range: Range<Int>) -> [EntryHash] {
        range.map { index in reply.element(index).withBytes { EntryHash($0) } }
    }

    private static func hash(_ reply: RedisReply, _ index: Int) -> EntryHash? {
        index < reply.count ? reply.element(index).withBytes { EntryHash($0) } : nil
    }
}
