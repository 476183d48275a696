import Feeds
import Reactor

@testable import Bridge

/// A stream's pacing and a clock that a test moves, in milliseconds.
struct PacingScene {
    var pacing: StreamPacing
    private(set) var time = MonotonicTime(nanoseconds: 7_000_000_123)
    /// How far everything was offered.
    private(set) var offered: LogPosition = 0

    /// - Parameters:
    ///   - kinds: What sets the rules of the feed `NAME:1`, by name.
    ///   - minimumInterval: What the stream asks for.
    /// - Throws: Where there is nothing to pace.
    init(_ kinds: [Kind], minimumInterval: Milliseconds? = nil) throws {
        var feeds: [(name: FeedName, pacing: FeedPacing)] = []
        for kind in kinds {
            guard let pacing = FeedPacing(kind, minimumInterval: minimumInterval) else { continue }
            feeds.append((try FeedName(of: "\(kind.name):1"), pacing))
        }
        guard let pacing = StreamPacing(feeds) else { throw TestError("nothing is paced") }
        self.pacing = pacing
    }

    var cursor: LogPosition { pacing.cursor(offered) }

    /// How long until something is due; `nil` if nothing is held back.
    var wait: Int64? {
        let deadline = pacing.deadline
        return deadline == .distantFuture ? nil : (deadline.nanoseconds - time.nanoseconds) / 1_000_000
    }

    /// Lets time pass.
    mutating func wait(_ interval: Milliseconds) { time = time + interval }

    /// Lets time pass, and returns what then is due: the positions of each event.
    mutating func pass(_ interval: Milliseconds) -> [[LogPosition]] {
        wait(interval)
        var released: [[LogPosition]] = []
        while let release = pacing.takeDue(time) { released.append(release.positions) }
        return released
    }

    /// Offers a feed's next notification, and returns the positions of the event that it makes, if it makes one.
    mutating func offer(
        _ feed: String, _ position: LogPosition, bytes: Int = 2, isReplayed: Bool = false, isTerminal: Bool = false
    ) throws
        -> [LogPosition]?
    {
        let event = PacedEvent(
            position: position, name: nil, data: Array(repeating: 0x20, count: bytes), isTerminal: isTerminal)
        let release = pacing.offer(event, of: try FeedName(of: feed), isReplayed: isReplayed, time)
        offered = position
        return release?.positions
    }

    mutating func takeAll(_ feed: String) throws -> [LogPosition]? {
        pacing.takeAll(of: try FeedName(of: feed), time)?.positions
    }
}

extension PacedRelease {
    var positions: [LogPosition] { events.compactMap(\.position) }
}

extension Kind {
    /// A kind with the rules that `change` sets.
    static func test(_ name: String, _ change: (inout Kind) -> Void) -> Kind {
        var kind = Kind(name: name, list: KeyTemplate("\(name):{id}"), flag: KeyTemplate("\(name):{id}:changed"))
        change(&kind)
        return kind
    }
}
