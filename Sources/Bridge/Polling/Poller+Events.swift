import Feeds
import Reactor
import Redis

/// The flags of broadcast events.
///
/// Such a flag is all that there is of its event. So it is lowered only once the event is stored: what dies in between
/// tells it twice, but never loses it.
struct EventFlags {
    /// A flag's value, as it was seen.
    struct Value: Equatable {
        let index: Int
        let bytes: [UInt8]
    }

    let names: [String]
    let keys: [String]
    private let interval: Milliseconds
    private let activeInterval: Milliseconds
    /// How many event loops have streams that ask for events.
    var watchers = 0
    private(set) var nextTick = MonotonicTime.distantFuture
    private var activeUntil = MonotonicTime(nanoseconds: 0)
    /// Whether events are on their way to the store.
    private(set) var isStoring = false
    /// Values whose events are stored: handled until they change or vanish.
    private(set) var handled: [Int: [UInt8]] = [:]
    /// When those are lowered that are still up.
    private(set) var nextLowering = MonotonicTime.distantFuture
    /// Keys that are neither strings nor such hashes, or that Redis refuses, and until when they are left alone.
    private var faultyUntil: [Int: MonotonicTime] = [:]

    static let retryInterval: Milliseconds = 5000
    static let faultInterval: Milliseconds = 30_000

    init(_ settings: Configuration) {
        names = settings.events.map(\.event)
        keys = settings.events.map { settings.redis.prefix + $0.key }
        interval = Milliseconds(Int64(settings.poll.intervalMilliseconds))
        activeInterval = min(interval, Milliseconds(Int64(settings.poll.activeIntervalMilliseconds)))
    }

    /// When the flags are to be looked at next; never while no stream asks.
    var nextLook: MonotonicTime { isAsked && !isStoring ? nextTick : .distantFuture }

    private var isAsked: Bool { watchers > 0 && !keys.isEmpty }

    /// One more event loop has streams that ask; the first has the flags looked at at once.
    mutating func watch() {
        if watchers == 0 { nextTick = .now }
        watchers += 1
    }

    /// Whether the flags are to be looked at now; if so the next look is an interval later.
    mutating func isDue(_ now: MonotonicTime) -> Bool {
        guard isAsked, !isStoring, nextTick <= now else { return false }
        nextTick = now + (activeUntil > now ? activeInterval : interval)
        return true
    }

    /// Notes that a flag is absent or down: whatever it is set to next is news.
    mutating func rest(_ index: Int) { handled[index] = nil }

    /// The keys that are to be asked for now.
    func sound(_ now: MonotonicTime) -> [Int] { keys.indices.filter { faultyUntil[$0].map { $0 <= now } ?? true } }

    mutating func noteFault(_ index: Int, _ now: MonotonicTime) { faultyUntil[index] = now + Self.faultInterval }

    mutating func beginStoring() { isStoring = true }

    /// Notes what the store made of events.
    mutating func endStoring(_ values: [Value], succeeded: Bool, _ now: MonotonicTime) {
        isStoring = false
        guard succeeded else { return }
        for value in values { handled[value.index] = value.bytes }
        activeUntil = now + 10_000
        nextTick = min(nextTick, now + activeInterval)
        nextLowering = now
    }

    /// The flags to lower now, each with the value that was seen.
    mutating func takeHandled() -> [Value] {
        nextLowering = .distantFuture
        return handled.map { Value(index: $0.key, bytes: $0.value) }
    }

    /// Has those that could not be lowered tried again later.
    mutating func lowerAgain(_ now: MonotonicTime) { nextLowering = now + Self.retryInterval }

    /// Forgets what was handled: after a lost connection nobody knows which flags were lowered and are up anew.
    mutating func forget() {
        handled.removeAll()
        nextLowering = .distantFuture
        nextTick = min(nextTick, .now)
    }
}

extension Poller {
    /// The field in which CodeIgniter's cache keeps a value.
    private static let hashField = "__ci_value"

    /// As `FlagLowering`, for keys that may also be hashes.
    private static let loweringScript = """
        local answers = {}
        for i = 1, #KEYS do
          local value = redis.pcall('GET', KEYS[i])
          if type(value) == 'table' and value.err then value = redis.pcall('HGET', KEYS[i], '\(hashField)') end
          if value == ARGV[i] then value = redis.pcall('DEL', KEYS[i]) end
          answers[i] = type(value) == 'table' and value.err and value or 1
        end
        return answers
        """

    /// Looks at the flags of broadcast events if a stream asks for them, and has the store take in those that are up.
    func checkEvents(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        try lowerEvents(connection, now)
        // Without the lease they are another bridge's to lower.
        guard mayRead(now), events.isDue(now), lease.isHeld else { return }
        let asked = events.sound(now)
        guard !asked.isEmpty else { return }
        guard let answer = try ask("EXISTS", asked, connection, now) else { return }
        guard answer.integer > 0 else {
            for index in asked { events.rest(index) }
            return
        }
        guard let reply = try ask("MGET", asked, connection, now), reply.count == asked.count else { return }
        var raised: [EventFlags.Value] = []
        var others: [Int] = []
        for (place, index) in asked.enumerated() {
            let element = reply.element(place)
            if element.kind == .string { note(element, index, &raised) } else { others.append(index) }
        }
        // A key that exists but reads nil is none of a string.
        if reply.count - others.count < answer.integer {
            try checkHashes(others, &raised, connection, now)
        } else {
            for index in others { events.rest(index) }
        }
        announce(raised)
    }

    /// Asks for keys at once; `nil` where Redis refuses.
    ///
    /// Where one key is not allowed all are refused: then each is tried, so that the others are asked for from then on.
    private func ask(
        _ command: String, _ indices: [Int], _ connection: RedisConnection, _ now: MonotonicTime
    ) throws(RedisError) -> RedisReply? {
        connection.append([command] + indices.map { events.keys[$0] })
        let reply = try connection.readReply()
        guard let error = reply.serverError else { return reply }
        guard error.code == "NOPERM" else {
            try refuse(error, "events")
            return nil
        }
        for index in indices { connection.append(command, events.keys[index]) }
        for index in indices {
            guard let error = try connection.readReply().serverError else { continue }
            try refuse(error, "the event \(events.names[index])")
            events.noteFault(index, now)
        }
        return nil
    }

    private func checkHashes(
        _ indices: [Int], _ raised: inout [EventFlags.Value], _ connection: RedisConnection, _ now: MonotonicTime
    ) throws(RedisError) {
        for index in indices { connection.append("HGET", events.keys[index], Self.hashField) }
        for index in indices {
            let reply = try connection.readReply()
            if let error = reply.serverError {
                try refuse(error, "the event \(events.names[index])")
                events.noteFault(index, now)
            } else {
                note(reply, index, &raised)
            }
        }
    }

    private func note(_ value: RedisReply, _ index: Int, _ raised: inout [EventFlags.Value]) {
        let bytes = value.withBytes { Array($0) }
        guard value.kind == .string, bytes.withUnsafeBufferPointer({ isRaised(flagValue: $0) }) else {
            return events.rest(index)
        }
        guard events.handled[index] != bytes else { return }
        raised.append(EventFlags.Value(index: index, bytes: bytes))
    }

    private func refuse(_ error: RedisServerError, _ subject: String) throws(RedisError) {
        if error.isOfWholeServer { throw .server(error) }
        report(subject, error)
    }

    /// Has the store take in events, and lowers their flags after that.
    private func announce(_ raised: [EventFlags.Value]) {
        guard !raised.isEmpty else { return }
        events.beginStoring()
        let flags = raised.map { (event: events.names[$0.index], value: $0.bytes) }
        writer.post(on: writer.executor) { [self] writer in
            let result = Result { try writer.broadcast(flags) }
            post(on: executor) { $0.announced(raised, result) }
        }
    }

    private func announced(_ values: [EventFlags.Value], _ result: Result<Void, any Error>) {
        switch result {
        case .success:
            storeSucceeded()
            events.endStoring(values, succeeded: true, .now)
        case .failure(let error):
            storeFailed(error, .now)
            events.endStoring(values, succeeded: false, .now)
        }
    }

    /// Lowers the flags whose events are stored, each if it still holds the value that was seen.
    func lowerEvents(_ connection: RedisConnection, _ now: MonotonicTime) throws(RedisError) {
        guard events.nextLowering <= now else { return }
        guard lease.isHeld else { return events.lowerAgain(now) }
        let values = events.takeHandled()
        guard !values.isEmpty else { return }
        var errors = try lower(values, connection)
        if values.count > 1, errors.contains(where: { $0?.code == "NOPERM" }) {
            // One key that is not allowed has all refused.
            errors.removeAll()
            for value in values { errors += try lower([value], connection) }
        }
        for (value, error) in zip(values, errors) {
            guard let error else {
                events.rest(value.index)
                telemetry.flagsLowered.add()
                continue
            }
            report("the event \(events.names[value.index])", error)
            events.lowerAgain(now)
        }
    }

    /// Lowers flags; returns what Redis said against each, if anything.
    private func lower(
        _ values: [EventFlags.Value], _ connection: RedisConnection
    ) throws(RedisError) -> [RedisServerError?] {
        var command: [UInt8] = []
        RESPEncoder.appendArrayHeader(3 + 2 * values.count, to: &command)
        RESPEncoder.appendBulk("EVAL", to: &command)
        RESPEncoder.appendBulk(Self.loweringScript, to: &command)
        RESPEncoder.appendBulk(String(values.count), to: &command)
        for value in values { RESPEncoder.appendBulk(events.keys[value.index], to: &command) }
        for value in values { RESPEncoder.appendBulk(value.bytes, to: &command) }
        connection.append(encoded: command)
        let reply = try connection.readReply()
        if let error = reply.serverError, error.isOfWholeServer { throw .server(error) }
        return values.indices.map { index in
            reply.serverError ?? (index < reply.count ? reply.element(index).serverError : nil)
        }
    }
}
