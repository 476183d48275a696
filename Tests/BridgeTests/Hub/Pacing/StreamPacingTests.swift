import Feeds
import Reactor
import Testing

@testable import Bridge

struct StreamPacingTests {
    private static let dropping = Kind.test("a") {
        $0.maxPerSecond = 2
        $0.overLimit = .drop
    }
    private static let latest = Kind.test("a") { $0.maxPerSecond = 2 }
    private static let batching = Kind.test("b") { $0.batch = Kind.Batch() }
    private static let plain = Kind.test("c") { _ in }

    @Test func `nothing is paced without a rule`() throws {
        #expect(throws: TestError.self) { try PacingScene([Self.plain]) }
        let feed = try FeedName(of: "c:1")
        var scene = try PacingScene([Self.plain, Self.latest])
        for position in LogPosition(1)...20 { #expect(try scene.offer("c:1", position) == [position]) }
        #expect(scene.cursor == 20 && scene.wait == nil)
        #expect(scene.pacing.takeAll(of: feed, scene.time) == nil)
    }

    // MARK: - max_per_second

    @Test func `what is too much is dropped, and the cursor passes it`() throws {
        var scene = try PacingScene([Self.dropping])
        #expect(try (1...5).map { try scene.offer("a:1", $0) } == [[1], [2], nil, nil, nil])
        #expect(scene.cursor == 5 && scene.wait == nil && scene.pacing.takeRuledOut() == 3)
        #expect(scene.pass(999).isEmpty)
        #expect(try scene.offer("a:1", 6) == nil)
        #expect(scene.pass(1).isEmpty)
        #expect(try (7...9).map { try scene.offer("a:1", $0) } == [[7], [8], nil])
    }

    @Test func `what comes from the database is not dropped`() throws {
        var scene = try PacingScene([Self.dropping])
        #expect(try (1...50).map { try scene.offer("a:1", $0, isReplayed: true) }.allSatisfy { $0 != nil })
        #expect(try (51...53).map { try scene.offer("a:1", $0) } == [[51], [52], nil])
    }

    @Test func `the newest that is too much is sent when the second is over`() throws {
        var scene = try PacingScene([Self.latest])
        #expect(try scene.offer("a:1", 1) == [1])
        #expect(scene.pass(400).isEmpty)
        #expect(try (2...5).map { try scene.offer("a:1", $0) } == [[2], nil, nil, nil])
        #expect(scene.cursor == 4 && scene.wait == 600 && scene.pacing.takeRuledOut() == 2)
        #expect(scene.pass(599).isEmpty)
        #expect(scene.pass(1) == [[5]])
        #expect(scene.cursor == 5 && scene.wait == nil)
        // Two of the last second: that of 400 and that of 1000.
        #expect(try scene.offer("a:1", 6) == nil && scene.wait == 400)
        #expect(scene.pass(400) == [[6]])
    }

    @Test func `what is held back is superseded by what may pass by itself`() throws {
        var scene = try PacingScene([Self.latest])
        for position in LogPosition(1)...3 { _ = try scene.offer("a:1", position) }
        // It is due, and nobody has looked yet.
        scene.wait(1000)
        #expect(scene.wait == 0 && scene.cursor == 2)
        #expect(try scene.offer("a:1", 4) == [4])
        #expect(scene.cursor == 4 && scene.wait == nil && scene.pacing.takeRuledOut() == 1)
    }

    @Test func `a stream may ask for less, never for more`() throws {
        var slow = try PacingScene([Self.latest, Self.plain], minimumInterval: 3000)
        #expect(try slow.offer("a:1", 1) == [1] && slow.offer("a:1", 2) == nil)
        #expect(slow.wait == 3000)
        // A kind without a rule, too; each feed for itself.
        #expect(try slow.offer("c:1", 3) == [3] && slow.offer("c:1", 4) == nil)
        #expect(slow.cursor == 1 && slow.pass(3000) == [[2], [4]] && slow.cursor == 4)

        var fast = try PacingScene([Self.latest], minimumInterval: 100)
        #expect(try fast.offer("a:1", 1) == [1] && fast.offer("a:1", 2) == nil)
        #expect(fast.pass(100) == [[2]])
        #expect(try fast.offer("a:1", 3) == nil)
        #expect(fast.wait == 900 && fast.pass(900) == [[3]])
    }

    @Test func `a stream's interval holds back what its kind does not drop`() throws {
        var scene = try PacingScene([Self.dropping], minimumInterval: 400)
        #expect(try (1...4).map { try scene.offer("a:1", $0) } == [[1], nil, nil, nil])
        #expect(scene.cursor == 1 && scene.pass(400) == [[2]] && scene.cursor == 4)
    }

    // MARK: - batch

    @Test func `a batch is sent when it is full`() throws {
        var scene = try PacingScene([Self.batching])
        for position in LogPosition(1)...9 { #expect(try scene.offer("b:1", position) == nil && scene.cursor == 0) }
        #expect(try scene.offer("b:1", 10) == Array(1...10))
        #expect(scene.cursor == 10 && scene.wait == nil)
    }

    @Test func `a batch is sent when its first notification has waited long enough`() throws {
        var scene = try PacingScene([Self.batching])
        _ = try scene.offer("b:1", 1)
        #expect(scene.pass(4000).isEmpty)
        _ = try scene.offer("b:1", 2)
        #expect(scene.wait == 1000 && scene.pass(999).isEmpty)
        #expect(scene.pass(1) == [[1, 2]] && scene.wait == nil)
        _ = try scene.offer("b:1", 3)
        #expect(scene.wait == 5000 && scene.cursor == 2)
    }

    @Test func `a batch of one is one, and a large one does not wait until it is full`() throws {
        var scene = try PacingScene([Kind.test("b") { $0.batch = Kind.Batch(maxCount: 1) }])
        #expect(try scene.offer("b:1", 1) == [1])
        scene = try PacingScene([Self.batching])
        #expect(try scene.offer("b:1", 1, bytes: 65_535) == nil)
        #expect(try scene.offer("b:1", 2, bytes: 1) == [1, 2])
    }

    @Test func `what a limit lets through is what makes a batch`() throws {
        var scene = try PacingScene(
            [
                Kind.test("a") {
                    $0.maxPerSecond = 1
                    $0.batch = Kind.Batch(maxCount: 3, maxDelayMilliseconds: 60_000)
                }
            ])
        for position in LogPosition(1)...4 { #expect(try scene.offer("a:1", position) == nil) }
        #expect(scene.cursor == 0 && scene.wait == 1000)
        #expect(scene.pass(1000).isEmpty && scene.wait == 59_000)
        for position in LogPosition(5)...8 { #expect(try scene.offer("a:1", position) == nil) }
        #expect(scene.pass(1000) == [[1, 4, 8]])
        #expect(scene.cursor == 8)
    }

    // MARK: - Together

    @Test func `the cursor stays before whatever any feed holds back`() throws {
        var scene = try PacingScene([Self.latest, Self.batching, Self.plain])
        #expect(try scene.offer("c:1", 1) == [1] && scene.cursor == 1)
        _ = try scene.offer("b:1", 2)
        #expect(scene.cursor == 1)
        for position in LogPosition(3)...6 { _ = try scene.offer("a:1", position) }
        #expect(try scene.offer("c:1", 7) == [7] && scene.cursor == 1)
        #expect(scene.pass(1000) == [[6]] && scene.cursor == 1)
        #expect(scene.pass(4000) == [[2]] && scene.cursor == 7)
    }

    @Test func `what is held back can be taken before something that must not overtake it`() throws {
        var scene = try PacingScene([Self.latest, Self.batching])
        for position in LogPosition(1)...4 { _ = try scene.offer("a:1", position) }
        for position in LogPosition(5)...6 { _ = try scene.offer("b:1", position) }
        #expect(try scene.takeAll("a:1") == [4] && scene.takeAll("a:1") == nil)
        #expect(try scene.takeAll("b:1") == [5, 6] && scene.takeAll("b:1") == nil)
        #expect(scene.cursor == 6 && scene.wait == nil)
        // It counts: the second is not over.
        #expect(try scene.offer("a:1", 7) == nil)
    }

    @Test func `a feed's last waits for nothing, and nothing is held back behind it`() throws {
        var scene = try PacingScene([Self.latest, Self.batching])
        for position in LogPosition(1)...4 { _ = try scene.offer("a:1", position) }
        #expect(try scene.offer("a:1", 5, isTerminal: true) == [5])
        for position in LogPosition(6)...7 { _ = try scene.offer("b:1", position) }
        #expect(try scene.offer("b:1", 8, isTerminal: true) == [6, 7, 8])
        #expect(scene.cursor == 8 && scene.wait == nil)
        var dropping = try PacingScene([Self.dropping], minimumInterval: 5000)
        for position in LogPosition(1)...4 { _ = try dropping.offer("a:1", position) }
        #expect(try dropping.offer("a:1", 5, isTerminal: true) == [5] && dropping.cursor == 5 && dropping.wait == nil)
    }

    @Test func `what is held back can be forgotten, and what was sent still counts`() throws {
        var scene = try PacingScene([Self.latest, Self.batching])
        for position in LogPosition(1)...3 { _ = try scene.offer("a:1", position) }
        _ = try scene.offer("b:1", 4)
        scene.pacing.discard()
        #expect(scene.cursor == 4 && scene.wait == nil)
        #expect(try scene.offer("a:1", 5) == nil && scene.cursor == 4)
    }

    @Test func `the queue of deadlines gets each once, however often a sooner one comes`() throws {
        let slow = Kind.test("s") { $0.batch = Kind.Batch(maxCount: 100, maxDelayMilliseconds: 600_000) }
        var scene = try PacingScene([slow, Self.latest])
        _ = try scene.offer("s:1", 1)
        let end = scene.time + Milliseconds(600_000)
        #expect(scene.pacing.takeDeadline() == end && scene.pacing.takeDeadline() == nil)
        for position in stride(from: LogPosition(2), through: 40, by: 4) {
            for offset in LogPosition(0)...3 { _ = try scene.offer("a:1", position + offset) }
            let opening = scene.time + Milliseconds(1000)
            #expect(scene.pacing.takeDeadline() == opening)
            #expect(scene.pass(1000) == [[position + 3]])
            scene.pacing.deadlineCame()
            #expect(scene.pacing.takeDeadline() == nil)
            scene.wait(1000)
        }
    }

    @Test func `a release is another stream's only if it has the same events, all of them`() throws {
        let events = (1...3).map { PacedEvent(position: $0, name: nil, data: []) }
        func release(_ events: [PacedEvent]) throws -> PacedRelease {
            PacedRelease(feed: try FeedName(of: "a:1"), events: events, isBatch: true)
        }
        let encoded = EncodedRelease(events: Array(events[1...]), position: 3, chunk: [])
        #expect(try encoded.isOf(release(Array(events[1...])), 3))
        #expect(try !encoded.isOf(release(events), 3) && !encoded.isOf(release([events[2]]), 3))
        #expect(try !encoded.isOf(release([events[1], PacedEvent(position: 3, name: nil, data: [])]), 3))
        #expect(try !encoded.isOf(release(Array(events[1...])), 2))
    }

    @Test func `of a page only so many are worth offering as may pass at once`() throws {
        var scene = try PacingScene([Self.latest, Self.batching])
        let page = try (1...20).map { position in
            let feed = try FeedName(of: position % 2 == 0 ? "a:1" : "b:1")
            return PagedEvent(
                feed: feed, event: PacedEvent(position: LogPosition(position), name: nil, data: []),
                isChange: position == 10)
        }
        #expect(
            scene.pacing.thinned(page).compactMap(\.event.position) == [1, 3, 5, 7, 9, 10, 11, 13, 15, 17, 18, 19, 20])
        #expect(scene.pacing.takeRuledOut() == 7)
    }
}
