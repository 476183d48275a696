import Feeds
import Logging
import Reactor
import SQLite

extension StoreWriter {
    /// For how long a broadcast event is replayed to streams that come back.
    static let broadcastRetentionMilliseconds: Int64 = 60_000

    /// Stores the events of flags that were seen up in one transaction, and hands them over.
    func broadcast(_ flags: [(event: String, value: [UInt8])]) throws {
        var commit = Commit(bytes: [])
        try withStore { store in
            try store.transaction(appending: flags.count) {
                let now = wallClock()
                for flag in flags {
                    // What is too large to be sent on is told without its value.
                    let isLarge = flag.value.count > settings.poll.maxNotificationBytes
                    let value = isLarge ? Array("null".utf8) : flag.value
                    let event = BroadcastEvent(name: flag.event, value: value, at: now)
                    commit.broadcasts.append(try store.append(event, at: now))
                }
            }
        }
        telemetry.broadcasts.add(flags.count)
        for flag in flags { telemetry.logger.debug("broadcast", [("event", .string(flag.event))]) }
        deliver(commit)
    }

    /// Removes events that are no longer replayed; whether there may be more.
    func purgeBroadcasts(_ store: LogStore) throws -> Bool {
        let now = wallClock()
        return try store.retention.removeBroadcasts(
            before: now - StoreWriter.broadcastRetentionMilliseconds, now: now)
    }
}
