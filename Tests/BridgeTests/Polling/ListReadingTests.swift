import Feeds
import Redis
import Testing

@testable import Bridge

struct ListReadingTests {
    private let redis: RedisServer

    init() throws { redis = try RedisServer() }

    private func replies(_ count: Int, _ commands: [UInt8]) throws -> [RedisReply] {
        redis.connection.append(encoded: commands)
        return try (0..<count).map { _ in try redis.connection.readReply() }
    }

    private func read(_ position: ListPosition) throws -> ListReading.Finding {
        var commands: [UInt8] = []
        let count = ListReading.append("list", position, to: &commands)
        return ListReading.interpret(try replies(count, commands), position)
    }

    private func align(_ tail: [EntryHash]) throws -> ListReading.Alignment {
        var search = TailSearch(tail: tail, first: hashes(0..<1)[0])
        return try align(&search)
    }

    private func align(_ search: inout TailSearch) throws -> ListReading.Alignment {
        var commands: [UInt8] = []
        ListReading.appendAlignment("list", search.window, to: &commands)
        return ListReading.align(try replies(ListReading.alignmentReplies, commands), &search)
    }

    private func isUnchanged(_ position: ListPosition, withFirst: Bool = false) throws -> Bool {
        var commands: [UInt8] = []
        let count = ListReading.appendComparison("list", position, withFirst: withFirst, to: &commands)
        return ListReading.isUnchanged(try replies(count, commands), position)
    }

    private func hashes(_ entries: Range<Int>) -> [EntryHash] {
        entries.map { entry in Array("\(entry)".utf8).withUnsafeBufferPointer { EntryHash($0) } }
    }

    private func position(behind entries: Range<Int>) -> ListPosition {
        var position = ListPosition.start
        position.advance(past: hashes(entries), first: hashes(entries).first)
        return position
    }

    private func text(_ entries: ListReading.ListEntries) -> [Int] {
        entries.range.compactMap { Int(entries.reply.element($0).string) }
    }

    // MARK: - Behind the position

    @Test(arguments: [0, 1, 7, 8, 9, 100])
    func `what lies behind the position is read, and nothing else`(count: Int) throws {
        try redis.push("list", 0..<count + 5)
        guard case .entries(let entries, let isFull) = try read(position(behind: 0..<count)) else {
            Issue.record("no entries")
            return
        }
        #expect(text(entries) == Array(count..<count + 5) && !isFull)
        #expect(entries.hashes == hashes(count..<count + 5) && entries.first == hashes(0..<1)[0])
        #expect(entries.alignedPosition == nil)
    }

    @Test func `a list that did not change has nothing new`() throws {
        try redis.push("list", 0..<20)
        guard case .entries(let entries, let isFull) = try read(position(behind: 0..<20)) else {
            Issue.record("no entries")
            return
        }
        #expect(entries.range.isEmpty && entries.hashes.isEmpty && !isFull)
    }

    @Test func `a long list is read chunk by chunk`() throws {
        try redis.push("list", 0..<600)
        var (position, taken, readings) = (ListPosition.start, [Int](), 0)
        while case .entries(let entries, let isFull) = try read(position) {
            taken += text(entries)
            position.advance(past: entries.hashes, first: entries.first)
            readings += 1
            #expect(isFull == (taken.count < 600))
            if !isFull { break }
        }
        #expect(taken == Array(0..<600) && readings == 3)
    }

    @Test(arguments: [0, 3, 20])
    func `a list that is not there is absent`(count: Int) throws {
        guard case .absent = try read(position(behind: 0..<count)) else {
            Issue.record("not absent")
            return
        }
    }

    @Test func `a list that was trimmed, thinned out, shortened or begun anew has moved`() throws {
        for change in [
            ["LTRIM", "list", "-10", "-1"], ["LREM", "list", "1", "15"], ["RPOP", "list"], ["LPUSH", "list", "x"],
        ] {
            try redis.command("DEL", "list")
            try redis.push("list", 0..<20)
            redis.connection.append(change)
            _ = try redis.connection.readReply()
            guard case .moved = try read(position(behind: 0..<20)) else {
                Issue.record("not moved by \(change)")
                continue
            }
        }
        try redis.command("DEL", "list")
        try redis.push("list", 100..<130)
        guard case .moved = try read(position(behind: 0..<20)) else {
            Issue.record("not moved")
            return
        }
    }

    @Test(arguments: [0, 3, 20])
    func `a key that is no list is refused`(count: Int) throws {
        try redis.command("SET", "list", "text")
        guard case .refused(let error) = try read(position(behind: 0..<count)) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == "WRONGTYPE")
        guard case .refused = try align(hashes(0..<3)) else {
            Issue.record("not refused")
            return
        }
        #expect(try !isUnchanged(position(behind: 0..<count)))
    }

    // MARK: - Comparing

    @Test func `a list is unchanged where it ends as it ended`() throws {
        #expect(try isUnchanged(.start))
        try redis.push("list", 0..<20)
        #expect(try isUnchanged(position(behind: 0..<20)))
        #expect(try !isUnchanged(.start))
        #expect(try !isUnchanged(position(behind: 0..<19)))
        #expect(try !isUnchanged(position(behind: 0..<21)))
        try redis.command("LTRIM", "list", "1", "-1")
        #expect(try !isUnchanged(position(behind: 0..<20)))
        try redis.command("DEL", "list")
        #expect(try !isUnchanged(position(behind: 0..<20)))
    }

    @Test func `a list that was begun anew, as long and with the same end, is told by its first entry`() throws {
        for count in 1...3 {
            try redis.command("DEL", "list")
            try redis.push("list", 0..<count)
            #expect(try isUnchanged(position(behind: 0..<count), withFirst: true))
            try redis.command("LSET", "list", "0", "100")
            #expect(try !isUnchanged(position(behind: 0..<count), withFirst: true))
            #expect(try isUnchanged(position(behind: 0..<count)) == (count > 1))
        }
    }

    // MARK: - Aligning

    @Test func `a trimmed list is aligned, and what follows is new`() throws {
        try redis.push("list", 90..<105)
        guard case .found(let entries, isFull: false) = try align(hashes(0..<100)) else {
            Issue.record("not found")
            return
        }
        #expect(text(entries) == Array(100..<105))
        let aligned = ListPosition(count: 10, first: hashes(90..<91)[0], recent: hashes(92..<100))
        #expect(entries.alignedPosition == aligned)
        var position = aligned
        position.advance(past: entries.hashes, first: entries.first)
        try redis.push("list", 105..<107)
        guard case .entries(let next, _) = try read(position) else {
            Issue.record("no entries")
            return
        }
        #expect(text(next) == [105, 106])
    }

    @Test func `a list that was trimmed to what is known has nothing new, at another position`() throws {
        try redis.push("list", 97..<100)
        guard case .found(let entries, isFull: false) = try align(hashes(0..<100)) else {
            Issue.record("not found")
            return
        }
        #expect(entries.range.isEmpty && entries.alignedPosition?.count == 3)
        #expect(entries.alignedPosition?.recent == hashes(97..<100))
    }

    @Test func `a long list is aligned by its end, or further back`() throws {
        try redis.push("list", 0..<1000)
        guard case .found(let last, isFull: false) = try align(hashes(734..<990)) else {
            Issue.record("not found")
            return
        }
        #expect(text(last) == Array(990..<1000) && last.alignedPosition?.count == 990)

        try redis.push("list", 1000..<8000)
        var search = TailSearch(tail: hashes(734..<990), first: hashes(0..<1)[0])
        for _ in 0..<4 {
            guard case .unfinished = try align(&search) else {
                Issue.record("finished")
                return
            }
        }
        guard case .found(let entries, isFull: true) = try align(&search) else {
            Issue.record("not found")
            return
        }
        #expect(entries.alignedPosition?.count == 990 && text(entries).starts(with: 990..<1100))
        #expect(search.window.offset > 0 && text(entries).last == 7999 - search.window.offset)
    }

    @Test func `another list is not aligned`() throws {
        try redis.push("list", 0..<10)
        guard case .unknown = try align(hashes(50..<60)), case .unknown = try align([]) else {
            Issue.record("aligned")
            return
        }
        try redis.command("DEL", "list")
        guard case .absent = try align(hashes(50..<60)) else {
            Issue.record("not absent")
            return
        }
    }
}
