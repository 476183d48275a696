import Foundation
import HTTP
import Redis
import Synchronization
import Testing

/// Everybody comes back in the same second.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HerdTests {
    private static let size = isTrial ? 10_000 : 500

    /// Each has a feed and a cursor of its own, so that no answer serves two.
    @Test func `all who come back after a restart get their backlog, and the poll loop goes on turning`() throws {
        raiseOpenFileLimit()
        let bridge = try FlagpoleProcess(["server": ["retry_ms": 200]])
        let herd = (0..<Self.size).map { HerdMember(feed: "user:\($0)") }
        try push("a", bridge)
        try serve(herd, bridge) { $0.isLive && $0.ids == ["a"] }
        bridge.kill()
        for member in herd { member.leave() }
        try bridge.start()
        try push("b", bridge)
        try push("c", bridge)

        let watch = try TickWatch(bridge)
        let began = ContinuousClock.now
        try serve(herd, bridge) { $0.isLive && $0.ids.count >= 3 }
        let time = ContinuousClock.now - began
        let ticks = try watch.end()
        if isTrial { ChaosRun.announce("herd: \(Self.size) streams back in \(time), oldest tick \(ticks.oldest) s") }
        #expect(herd.allSatisfy { $0.ids == ["a", "b", "c"] && $0.others.isSubset(of: ["welcome", "live"]) })
        #expect(ticks.oldest < (isTrial ? 2 : 5), "\(ticks) in \(time)")
        #expect(ticks.count >= (isTrial ? 10 : 1))
        #expect(try bridge.metric("flagpole_streams") == Double(Self.size))
    }

    /// Pushes an entry to each feed.
    private func push(_ id: String, _ bridge: FlagpoleProcess) throws {
        let redis = try bridge.redis()
        for number in 0..<Self.size {
            redis.append("RPUSH", "notifications:user:\(number)", #"{"id":"\#(id)"}"#)
            redis.append("SET", "user:\(number):has_new_notification", "1")
        }
        for _ in 0..<(2 * Self.size) {
            if let error = try redis.readReply().serverError { throw RedisError.server(error) }
        }
    }

    /// Has all come that are not there, and reads until `isDone` with each.
    private func serve(
        _ herd: [HerdMember], _ bridge: FlagpoleProcess, until isDone: (HerdMember) -> Bool
    ) throws {
        for member in herd { member.come(to: bridge.port) }
        var waiting = herd
        try eventually("all of the herd", within: .seconds(120)) {
            var requests = waiting.map(\.interest)
            guard poll(&requests, nfds_t(requests.count), 100) > 0 else { return false }
            for (member, request) in zip(waiting, requests) where request.revents != 0 {
                // Of those that have not asked yet the bridge keeps only so many.
                if try !member.ready() { member.come(to: bridge.port) }
            }
            waiting.removeAll(where: isDone)
            return waiting.isEmpty
        }
    }
}

/// A stream among thousands, which asks with its cursor when it comes back.
private final class HerdMember {
    private let feed: String
    private var socket: FleetSocket?
    private var hasAsked = false
    private var hasBegun = false
    private var response = HTTPResponseParser()
    private var events = ServerSentEventParser()
    private(set) var isLive = false
    /// The ids of what it received, in order.
    private(set) var ids: [String] = []
    /// The names of the bridge's own events.
    private(set) var others: Set<String> = []

    init(feed: String) {
        self.feed = feed
    }

    func come(to port: Int) {
        hasAsked = false
        socket = FleetSocket(port: port, hasLittleRoom: false)
    }

    func leave() {
        socket = nil
        (hasBegun, isLive) = (false, false)
        response = HTTPResponseParser()
        events = ServerSentEventParser(lastEventID: events.lastEventID)
    }

    var interest: pollfd {
        pollfd(fd: socket?.descriptor ?? -1, events: Int16(hasAsked ? POLLIN : POLLOUT), revents: 0)
    }

    /// Asks, or reads; false where the connection was closed before anything came.
    func ready() throws -> Bool {
        guard hasAsked else {
            let cursor = events.lastEventID.isEmpty ? "" : "Last-Event-ID: \(events.lastEventID)\r\n"
            hasAsked = socket?.send("GET /v1/stream?feed=\(feed) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(cursor)\r\n") ?? false
            return hasAsked
        }
        guard let bytes = socket?.receive(atMost: 4096) else {
            guard !hasBegun else { throw HarnessError("\(feed) was cut off") }
            return false
        }
        hasBegun = true
        bytes.withUnsafeBytes { response.append($0) }
        while let part = try response.next() {
            if case .body(let bytes) = part { events.append(bytes) }
        }
        while let event = try events.next() {
            switch event.event {
            case "ping": continue
            case "message": ids.append(event.notificationID)
            default: others.insert(event.event)
            }
            if event.event == "live" { isLive = true }
        }
        return true
    }
}

/// Asks a bridge again and again how long ago its poll loop turned, on a thread of its own.
private final class TickWatch {
    private let shared = Shared()

    private final class Shared: Sendable {
        let state = Mutex((oldest: 0.0, count: 0, isStopping: false, isOver: false))
    }

    /// Has its first answer before all others ask for anything.
    init(_ bridge: FlagpoleProcess) throws {
        let port = bridge.port
        Thread { [shared] in
            try? Self.watch(port, shared)
            shared.state.withLock { $0.isOver = true }
        }.start()
        try eventually("the first answer") { shared.state.withLock { $0.count > 0 } }
    }

    private static func watch(_ port: Int, _ shared: Shared) throws {
        let socket = try LoopbackSocket(port: port)
        var response = HTTPResponseParser()
        while !shared.state.withLock({ $0.isStopping }) {
            socket.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            let age = try age(socket, &response)
            shared.state.withLock { state in
                state.oldest = max(state.oldest, age)
                state.count += 1
            }
            poll(nil, 0, 50)
        }
    }

    private static func age(_ socket: LoopbackSocket, _ response: inout HTTPResponseParser) throws -> Double {
        var body: [UInt8] = []
        while true {
            switch try response.next() {
            case .head: continue
            case .body(let bytes): body += bytes
            case .end:
                let name = "flagpole_last_tick_age_seconds "
                let line = String(decoding: body, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
                return line.flatMap { Double($0.dropFirst(name.count)) } ?? .infinity
            case nil:
                guard let bytes = try socket.receive(until: .now + .seconds(60)) else { throw HarnessError("cut off") }
                bytes.withUnsafeBytes { response.append($0) }
            }
        }
    }

    /// The longest time that it heard of, and how often it asked.
    func end() throws -> (oldest: Double, count: Int) {
        shared.state.withLock { $0.isStopping = true }
        try eventually("the last answer", within: .seconds(60)) { shared.state.withLock { $0.isOver } }
        return shared.state.withLock { ($0.oldest, $0.count) }
    }
}
