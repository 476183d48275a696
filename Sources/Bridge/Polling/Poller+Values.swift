import Feeds
import JSON
import Reactor
import Redis

/// Kinds with the source `value`: a string holds a JSON array of entries; it is read, stored, and then deleted if it is
/// still the same, so that a crash in between loses nothing.
///
/// One that was stored and is still there counts as handled until it is seen to be gone, and then the same value is news.
/// So what may still be there is looked after also where nobody watches its feed: a sweep finds what is there, and
/// never what is gone.
extension Poller {
    /// Takes in what a string holds.
    ///
    /// Its hash is stored with its entries: a value that is read again, since the bridge died before it was deleted, is
    /// only deleted.
    func noteValue(_ reply: RedisReply, _ slot: Int, _ batch: inout IngestBatch, _ now: MonotonicTime) {
        if let error = reply.serverError {
            feeds[slot].isFaulty = true
            report(feeds[slot].name.text, error)
            return release(slot)
        }
        feeds[slot].isFaulty = false
        guard reply.kind == .string else {
            handledFlags[slot] = nil
            heldValues.remove(slot)
            valuesToDelete[slot] = nil
            guard feeds[slot].position.count > 0 else { return release(slot) }
            // It went by itself: the same value is news when it comes again.
            return begin(slot, .start, replacing: true, &batch)
        }
        let value = reply.withBytes { Array($0) }
        let hash = value.withUnsafeBufferPointer { EntryHash($0) }
        handledFlags[slot] = value
        heldValues.insert(slot)
        valuesToDelete[slot] = HeldValue(bytes: value, hash: hash)
        guard feeds[slot].position.first != hash else { return }
        activate(slot, now)
        var reading = begin(slot, ListPosition(count: 1, first: hash), replacing: true)
        append(value, to: &reading, &batch)
        telemetry.entriesRead.add(reading.entries.count)
        batch.readings.append(reading)
    }

    private func append(_ value: [UInt8], to reading: inout FeedReading, _ batch: inout IngestBatch) {
        func add(_ bytes: [UInt8], _ entry: Entry) {
            let start = batch.bytes.count
            batch.bytes += bytes
            reading.entries.append((start..<batch.bytes.count, entry))
        }
        guard value.count <= Publication.maximumCount * settings.poll.maxNotificationBytes else {
            return add(value, .bad(.tooLarge))
        }
        switch try? JSONValue.parse(value) {
        case .array(let elements)?:
            for element in elements {
                let bytes = element.encoded()
                add(bytes, bytes.withUnsafeBufferPointer { reader.read($0) })
            }
        case nil: add(value, .bad(.notJSON))
        default: add(value, .bad(.notAnArray))
        }
    }

    /// Deletes the strings that are stored, each if it still holds what was read.
    func deleteValues(_ connection: RedisConnection) throws(RedisError) {
        let stored = valuesToDelete.filter {
            feeds[$0.key].phase == .idle && feeds[$0.key].position.first == $0.value.hash
        }
        guard !stored.isEmpty else { return }
        // Another bridge's, which has the lease, are its own to delete.
        guard lease.isHeld else { return stored.keys.forEach(leaveValue) }
        let slots = Array(stored.keys)
        FlagLowering.append(slots.map { (listKey($0), stored[$0]?.bytes ?? []) }, to: connection)
        let reply = try connection.readReply()
        var batch = IngestBatch()
        for (index, slot) in slots.enumerated() {
            if let error = reply.serverError ?? (index < reply.count ? reply.element(index).serverError : nil) {
                // It counts as handled until it changes, and is tried again at the next comparison.
                report(feeds[slot].name.text, error)
                leaveValue(slot)
            } else {
                heldValues.remove(slot)
                valuesToDelete[slot] = nil
                handledFlags[slot] = nil
                begin(slot, .start, replacing: true, &batch)
            }
        }
        store(&batch)
    }

    /// Leaves a string where it is until its feed's next comparison with what is stored.
    private func leaveValue(_ slot: Int) {
        valuesToDelete[slot] = nil
        release(slot)
    }

    // MARK: - What earlier runs left

    /// Has those strings looked at of which the store says that they were taken in, and does not know that they are gone.
    func visitTakenValues(_ now: MonotonicTime) {
        guard !valueSearches.isEmpty, mayRead(now) else { return }
        let searches = valueSearches
        valueSearches.removeAll()
        for search in searches {
            writer.post(on: writer.executor) { [self] writer in
                let result = Result { try writer.feedsTaken(search.kind, after: search.last) }
                post(on: executor) { $0.found(result, by: search) }
            }
        }
    }

    private func found(_ result: Result<TakenFeeds, any Error>, by search: ValueSearch) {
        // A connection that has begun since has its own.
        guard search.connection == connectionCount else { return }
        switch result {
        case .success(let found):
            storeSucceeded()
            visit(found.names)
            if let next = found.next { valueSearches.append(search.going(on: next)) }
        case .failure(let error):
            storeFailed(error, .now)
            valueSearches.append(search)
        }
    }
}

/// A string that was read, and is to be deleted once its entries are stored.
struct HeldValue {
    let bytes: [UInt8]
    let hash: EntryHash
}

/// The search for strings of a kind that earlier runs took in, some feeds at a time.
struct ValueSearch {
    let kind: String
    /// The connection to Redis that it was begun for.
    let connection: Int
    /// The last feed that was looked at.
    var last: String?

    func going(on last: String) -> ValueSearch { ValueSearch(kind: kind, connection: connection, last: last) }
}
