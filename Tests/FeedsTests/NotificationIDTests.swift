import Testing

@testable import Feeds

struct NotificationIDTests {
    @Test func `an id is a ULID of its time`() {
        let id = NotificationID.make(unixMilliseconds: 1_469_918_176_385)
        #expect(id.hasPrefix("01ARYZ6S41") && id.utf8.count == 26)
        #expect(EntryReader.isID(id))
        #expect(id.utf8.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8.contains($0) })
    }

    @Test func `ids sort by their time`() {
        let ids = [0, 1, 31, 32, 1_000, 1_469_918_176_385, 281_474_976_710_655].map(NotificationID.make)
        #expect(ids == ids.sorted())
    }

    @Test func `ids of one moment differ in all their random digits`() {
        let ids = (0..<1000).map { _ in NotificationID.make(unixMilliseconds: 1) }
        #expect(Set(ids).count == 1000)
        for digit in 10..<26 { #expect(Set(ids.map { Array($0.utf8)[digit] }).count == 32) }
    }
}
