import Testing

@testable import Feeds

struct CursorTests {
    @Test(arguments: [
        ("f1.k3x9.1041", "k3x9", 1041), ("f1.a.0", "a", 0), ("f1.0.1", "0", 1),
        ("f1.abcdefghij012345.9223372036854775807", "abcdefghij012345", Int64.max),
    ])
    func `a cursor is read as it is written`(text: String, epoch: String, position: LogPosition) throws {
        let cursor = try #require(Cursor(text))
        #expect(cursor == Cursor(epoch: epoch, position: position) && cursor.description == text)
    }

    @Test(arguments: [
        "", ".", "..", "f1", "f1.", "f1..", "f1.k3x9", "f1.k3x9.", "f1..1", "f2.k3x9.1", "F1.k3x9.1", "k3x9.1",
        "f1.K3X9.1", "f1.k3x9.-1", "f1.k3x9.+1", "f1.k3x9.1.2", "f1.k3x9.1.", " f1.k3x9.1", "f1.k3x9.1 ", "f1.k3x9.1\n",
        "f1.k3x9.0x1", "f1.k3x9.1e3", "f1.k3x9.٣", "f1.k3x9.9223372036854775808", "f1.k3x9.99999999999999999999",
        "f1.abcdefghij0123456.1", "f1.k3-9.1", "f1.é.1", "f1.k3x9.1\u{0}", "f1.k3x9.1\u{301}", "01J9ZK", "null",
        "f1.k3x9.0000000000000000000000000000000000000000000000000000000001",
    ])
    func `what the bridge cannot have written is no cursor`(text: String) {
        #expect(Cursor(text) == nil)
    }

    @Test func `a new epoch can stand in a cursor and is another one every time`() {
        let epochs = (0..<100).map { _ in Cursor.newEpoch() }
        #expect(Set(epochs).count == 100)
        for epoch in epochs { #expect(Cursor("f1.\(epoch).7") == Cursor(epoch: epoch, position: 7)) }
    }
}
