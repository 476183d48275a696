import Testing

@testable import Feeds

struct EntryEventTests {
    private func event(_ value: String) -> Entry {
        var reader = EntryReader(maximumBytes: 65_536)
        return Array("{\"event\":\(value)}".utf8).withUnsafeBufferPointer { reader.read($0) }
    }

    @Test(arguments: [
        (#""progress""#, "progress"), (#""a b""#, "a b"), (#""é😀""#, "é😀"), (#""Welcome""#, "Welcome"),
        (#""\u0061""#, "a"), (#"" ""#, " "),
    ])
    func `an entry may name its event`(value: String, name: String) {
        #expect(event(value) == .notification(id: nil, event: name))
    }

    @Test(arguments: [
        "null", "1", "true", "[]", "{}", #""""#, #""a\nb""#, #""a\rb""#, #""a\u0000""#, #""\u007f""#, #""\u0085""#,
        #""\u2028""#, #""\u2029""#,
    ])
    func `what cannot name an event is the application's own`(value: String) {
        #expect(event(value) == .notification(id: nil, event: nil))
    }

    @Test(arguments: [
        "welcome", "live", "ping", "read", "unread", "removed", "resync", "end", "goodbye", "auth-expired", "message",
        "open", "error",
    ])
    func `no entry can send an event of the bridge's or of EventSource's own`(name: String) {
        #expect(event("\"\(name)\"") == .notification(id: nil, event: nil))
        #expect(!EntryReader.isEventName(name) && EntryReader.isEventName(name + "s"))
    }

    @Test func `an event's name has at most 64 characters`() {
        let name = String(repeating: "é", count: 64)
        #expect(event("\"\(name)\"") == .notification(id: nil, event: name))
        #expect(event("\"\(name)é\"") == .notification(id: nil, event: nil))
    }

    @Test func `marks that combine into one letter count each for itself`() {
        #expect(!EntryReader.isEventName("e" + String(repeating: "\u{301}", count: 64)))
    }
}
