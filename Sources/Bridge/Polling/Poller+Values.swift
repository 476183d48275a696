import Feeds
import JSON
import Reactor
import Redis

/// Kinds with the source `value`: a string holds a JSON array of entries; it is read, stored, and then deleted if it is
/// still the same, so that a crash in between loses nothing.
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
            heldValues[slot] = nil
            guard feeds[slot].position.count > 0 else { return release(slot) }
            // It went by itself: the same value is news when it comes again.
            return begin(slot, .start, replacing: true, &batch)
        }
        let value = reply.withBytes { Array($0) }
        let hash = value.withUnsafeBufferPointer { EntryHash($0) }
        handledFlags[slot] = value
        heldValues[slot] = HeldValue(bytes: value, hash: hash)
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
        let stored = heldValues.filter { feeds[$0.key].phase == .idle && feeds[$0.key].position.first == $0.value.hash }
        guard !stored.isEmpty else { return }
        // Another bridge's, which has the lease, are its own to delete.
        guard lease.isHeld else { return stored.keys.forEach(forgetValue) }
        let slots = Array(stored.keys)
        FlagLowering.append(slots.map { (listKey($0), stored[$0]?.bytes ?? []) }, to: connection)
        let reply = try connection.readReply()
        var batch = IngestBatch()
        for (index, slot) in slots.enumerated() {
            heldValues[slot] = nil
            if let error = reply.serverError ?? (index < reply.count ? reply.element(index).serverError : nil) {
                // It counts as handled until it changes, and is tried again at the next comparison.
                report(feeds[slot].name.text, error)
                release(slot)
            } else {
                handledFlags[slot] = nil
                begin(slot, .start, replacing: true, &batch)
            }
        }
        store(&batch)
    }

    private func forgetValue(_ slot: Int) {
        heldValues[slot] = nil
        release(slot)
    }
}

/// A string that was read and is to be deleted once its entries are stored.
struct HeldValue {
    let bytes: [UInt8]
    let hash: EntryHash
}
