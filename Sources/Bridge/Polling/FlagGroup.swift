import Feeds
import Reactor
import Redis

/// The flags that are looked at together, every so often: chunks of at most 1000 keys.
///
/// A chunk's keys are encoded once and sent again on every tick until the chunk changes.
struct FlagGroup {
    let interval: Milliseconds
    /// Whether there are no flags, so that the lists themselves are compared.
    let comparesLists: Bool
    var nextTick: MonotonicTime
    var chunks: [FlagChunk] = []
    /// How many flags the group has.
    private(set) var count = 0

    init(interval: Milliseconds, comparesLists: Bool = false) {
        self.interval = interval
        self.comparesLists = comparesLists
        nextTick = .now + interval
    }

    /// Adds a feed's flag; the place that it got.
    mutating func add(_ slot: Int) -> Int {
        let place = count
        count += 1
        if place / FlagChunk.capacity == chunks.count { chunks.append(FlagChunk()) }
        chunks[place / FlagChunk.capacity].append(slot)
        return place
    }

    /// Removes the flag at a place, and returns the feed whose flag took that place.
    ///
    /// That is the last one, so that all chunks but the last stay full.
    mutating func remove(_ place: Int) -> Int? {
        count -= 1
        let moved = chunks[count / FlagChunk.capacity].removeLast()
        if chunks[count / FlagChunk.capacity].feeds.isEmpty { chunks.removeLast() }
        guard place < count else { return nil }
        chunks[place / FlagChunk.capacity].replace(place % FlagChunk.capacity, with: moved)
        return moved
    }
}

/// At most 1000 flags, asked in one command.
///
/// Raised flags are rare, so a chunk is asked with EXISTS, which costs Redis half of MGET and answers one number; only
/// where that is above zero are the values asked for.
struct FlagChunk {
    static let capacity = 1000

    private(set) var feeds: [Int32] = []
    /// Whether `keys` no longer are those of `feeds`.
    private(set) var isStale = true
    /// The keys as bulk strings.
    private var keys: [UInt8] = []
    /// Until when the values are asked for at once, since EXISTS is known to answer above zero.
    var asksValuesUntil = MonotonicTime(nanoseconds: 0)

    mutating func append(_ slot: Int) {
        feeds.append(Int32(slot))
        isStale = true
    }

    mutating func removeLast() -> Int {
        isStale = true
        return Int(feeds.removeLast())
    }

    mutating func replace(_ index: Int, with slot: Int) {
        feeds[index] = Int32(slot)
        isStale = true
    }

    mutating func encode(_ key: (Int) -> String) {
        keys.removeAll(keepingCapacity: true)
        for feed in feeds { RESPEncoder.appendBulk(key(Int(feed)), to: &keys) }
        isStale = false
    }

    func appendExists(to connection: RedisConnection) {
        append("EXISTS", to: connection)
    }

    func appendValues(to connection: RedisConnection) {
        append("MGET", to: connection)
    }

    private func append(_ command: String, to connection: RedisConnection) {
        var head: [UInt8] = []
        RESPEncoder.appendArrayHeader(feeds.count + 1, to: &head)
        RESPEncoder.appendBulk(command, to: &head)
        connection.append(encoded: head)
        connection.append(encoded: keys)
    }
}

/// Lowers flags: deletes each key that still holds the value that was seen.
///
/// One key's error (a wrong type, say) must not keep the others up, hence the protected calls and an answer for each.
enum FlagLowering {
    private static let script = """
        local answers = {}
        for i = 1, #KEYS do
          local value = redis.pcall('GET', KEYS[i])
          if value == ARGV[i] then value = redis.pcall('DEL', KEYS[i]) end
          answers[i] = type(value) == 'table' and value.err and value or 1
        end
        return answers
        """

    /// Queues one command that lowers all of `flags`; its reply has an element for each, an error where it failed.
    static func append(_ flags: [(key: String, value: [UInt8])], to connection: RedisConnection) {
        var command: [UInt8] = []
        RESPEncoder.appendArrayHeader(3 + 2 * flags.count, to: &command)
        RESPEncoder.appendBulk("EVAL", to: &command)
        RESPEncoder.appendBulk(script, to: &command)
        RESPEncoder.appendBulk(String(flags.count), to: &command)
        for flag in flags { RESPEncoder.appendBulk(flag.key, to: &command) }
        for flag in flags { RESPEncoder.appendBulk(flag.value, to: &command) }
        connection.append(encoded: command)
    }
}
