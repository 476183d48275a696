import Feeds
import Foundation
import HTTP
import TestSupport

/// A client of a chaos run: it follows its feeds, stalls, leaves, also in mid-event, and comes back where it was.
final class FleetStream {
    private enum Phase {
        case away(until: ContinuousClock.Instant)
        case connecting(FleetSocket)
        case reading(FleetSocket)
        case stalling(FleetSocket, until: ContinuousClock.Instant)
    }

    private(set) var record: StreamRecord
    /// Whether what it receives is what happens at this moment.
    private(set) var isLive = false
    private let chaosFeeds: ChaosFeeds
    private let hasLittleRoom: Bool
    private var random: SeededGenerator
    private var phase: Phase
    private var response = HTTPResponseParser()
    private var events = ServerSentEventParser()
    private var lastNotificationID = ""
    private var isWillingSince: ContinuousClock.Instant
    /// When it will stall or leave.
    private var nextMove = ContinuousClock.now
    private var leavesInMidEvent = false

    init(number: Int, _ settings: ChaosSettings) {
        var random = SeededGenerator(seed: settings.seed &+ UInt64(1000 + number))
        let all = settings.feeds.all.indices
        hasLittleRoom = random.isTrue(oneIn: 5)
        var feeds = Set((0..<Int.random(in: 1...3, using: &random)).map { _ in all.any(&random) })
        if hasLittleRoom, !settings.feeds.jobs.isEmpty { feeds.insert(settings.feeds.jobs.any(&random)) }
        record = StreamRecord(
            name: "stream \(number)", feeds: feeds.sorted(), startsWithBacklog: random.isTrue(oneIn: 2))
        let late = random.isTrue(oneIn: 3) ? Int.random(in: 0...5000, using: &random) : 0
        isWillingSince = .now + .milliseconds(late)
        phase = .away(until: isWillingSince)
        chaosFeeds = settings.feeds
        self.random = random
    }

    /// Whether it has all of its feeds up to these positions: received it, or was told that it is ruled out.
    func hasReceived(_ lastPositions: [LogPosition]) -> Bool {
        let position = Cursor(events.lastEventID)?.position ?? 0
        return isLive && record.feeds.allSatisfy { lastPositions[$0] <= position }
    }

    /// What it waits for; nil while it reads nothing.
    var interest: pollfd? {
        switch phase {
        case .connecting(let socket): pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
        case .reading(let socket): pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        case .away, .stalling: nil
        }
    }

    // MARK: - Coming and going

    /// Does what it is time for; one that is not restless only comes back.
    func act(_ now: ContinuousClock.Instant, port: Int, isRestless: Bool) {
        switch phase {
        case .away(let end) where end <= now || !isRestless:
            isWillingSince = min(isWillingSince, now)
            phase = .connecting(FleetSocket(port: port, hasLittleRoom: hasLittleRoom))
        case .stalling(let socket, let end) where end <= now || !isRestless:
            isWillingSince = now
            phase = .reading(socket)
        case .reading(let socket) where nextMove <= now && isRestless:
            move(socket, now)
        default: break
        }
    }

    private func move(_ socket: FleetSocket, _ now: ContinuousClock.Instant) {
        nextMove = now + .milliseconds(Int.random(in: 500...5000, using: &random))
        if hasLittleRoom || random.isTrue(oneIn: 4) {
            phase = .stalling(socket, until: now + .milliseconds(Int.random(in: 500...2000, using: &random)))
        } else if random.isTrue(oneIn: 2) {
            leavesInMidEvent = true
        } else {
            leave(now)
        }
    }

    private func leave(_ now: ContinuousClock.Instant) {
        let end = now + .milliseconds(Int.random(in: 20...1000, using: &random))
        isWillingSince = end
        disconnect(until: end)
    }

    /// Leaves, and comes back as soon as it can.
    func bounce(_ now: ContinuousClock.Instant) {
        if case .away = phase, events.lastEventID.isEmpty { return }
        disconnect(until: now)
    }

    private func disconnect(until end: ContinuousClock.Instant) {
        isLive = false
        leavesInMidEvent = false
        phase = .away(until: end)
    }

    // MARK: - Reading

    func ready(_ now: ContinuousClock.Instant) {
        switch phase {
        case .connecting(let socket):
            guard socket.send(request()) else { return lose(now) }
            response = HTTPResponseParser()
            events = ServerSentEventParser(lastEventID: events.lastEventID)
            nextMove = now + .milliseconds(Int.random(in: 300...5000, using: &random))
            phase = .reading(socket)
        case .reading(let socket):
            let limit = leavesInMidEvent ? Int.random(in: 1...150, using: &random) : 16_384
            guard let bytes = socket.receive(atMost: limit) else { return lose(now) }
            take(bytes, now)
            if leavesInMidEvent { leave(now) }
        case .away, .stalling: break
        }
    }

    /// Waits as it was told to, or a moment; the connection was ended by the other side.
    private func lose(_ now: ContinuousClock.Instant) {
        disconnect(until: now + .milliseconds(min(events.retryMilliseconds ?? 50, 300)))
    }

    private func request() -> String {
        var target = "/v1/stream?" + record.feeds.map { "feed=\(chaosFeeds.all[$0].name)" }.joined(separator: "&")
        var header = ""
        let cursor = events.lastEventID
        if cursor.isEmpty {
            if !record.startsWithBacklog { target += "&since=now" }
        } else if record.feeds.count == 1, !lastNotificationID.isEmpty, random.isTrue(oneIn: 4) {
            header = "Last-Event-ID: \(lastNotificationID)\r\n"
        } else if random.isTrue(oneIn: 2) {
            header = "Last-Event-ID: \(cursor)\r\n"
        } else {
            target += "&last_event_id=\(cursor)"
        }
        return "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(header)\r\n"
    }

    private func take(_ bytes: [UInt8], _ now: ContinuousClock.Instant) {
        do {
            bytes.withUnsafeBytes { response.append($0) }
            while let part = try response.next() {
                switch part {
                case .head(let status, _): if status.code != 200 { surprise("status \(status.code)", now) }
                case .body(let bytes): events.append(bytes)
                case .end: return lose(now)
                }
                while let event = try events.next() { take(event, now) }
            }
        } catch {
            surprise("\(error)", now)
            lose(now)
        }
    }

    private func take(_ event: ReceivedEvent, _ now: ContinuousClock.Instant) {
        switch event.event {
        case "ping", "goodbye": return
        case "welcome": break
        case "live": isLive = true
        case "read": takeRead(event, now)
        case "resync": surprise(event.data, now, isResync: true)
        default: takeNotification(event, now)
        }
        if record.firstCursor == nil { record.firstCursor = Cursor(event.id)?.position }
    }

    private func takeNotification(_ event: ReceivedEvent, _ now: ContinuousClock.Instant) {
        let isEnveloped = record.feeds.count > 1
        guard let entry = chaosFeeds.entry(event: event.event, data: event.data, isEnveloped: isEnveloped),
            record.feeds.contains(entry.feed), let cursor = Cursor(event.id)
        else { return surprise("\(event)", now) }
        if chaosFeeds.all[entry.feed].hasIDs { lastNotificationID = chaosFeeds.mark(of: entry) }
        record.arrivals.append(
            StreamRecord.Arrival(entry: entry, position: cursor.position, time: now, isWillingSince: isWillingSince))
    }

    private func takeRead(_ event: ReceivedEvent, _ now: ContinuousClock.Instant) {
        guard let cursor = Cursor(event.id), let feed = event.data.json["feed"]?.asString else {
            return surprise("\(event)", now)
        }
        // The last notification's id is no longer the place where the stream is.
        lastNotificationID = ""
        record.reads.append(
            StreamRecord.Read(position: cursor.position, feed: feed, arrivals: record.arrivals.count))
    }

    private func surprise(_ text: String, _ now: ContinuousClock.Instant, isResync: Bool = false) {
        record.surprises.append((now, text, isResync))
    }
}
