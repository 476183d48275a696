import Feeds
import Testing

@testable import Bridge

struct PublishCommandTests {
    private let feed = FeedName("user:42")

    @Test func `a list is pushed to, kept alive and flagged in one transaction`() throws {
        let command = PublishCommand(to: try #require(feed), of: Configuration.userKind, prefix: "p:")
        var bytes: [UInt8] = []
        command.append([Array("{}".utf8), Array("[1]".utf8)], to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").filter { !"*$".contains($0.prefix(1)) }
                == [
                    "MULTI", "RPUSH", "p:notifications:user:42", "{}", "[1]", "EXPIRE", "p:notifications:user:42",
                    "604800", "SET", "p:user:42:has_new_notification", "1", "EXEC",
                ])
    }

    @Test func `a list that is trimmed is trimmed in the same transaction`() throws {
        var bytes: [UInt8] = []
        let command = PublishCommand(to: try #require(feed), of: Configuration.userKind, prefix: "", trimsTo: 100)
        command.append([Array("{}".utf8)], to: &bytes)
        let words = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").filter {
            !"*$".contains($0.prefix(1))
        }
        #expect(Array(words[4...7]) == ["LTRIM", "notifications:user:42", "-100", "-1"])
    }

    @Test func `a list without a time to live does not expire`() throws {
        var kind = Configuration.userKind
        kind.timeToLiveSeconds = 0
        var bytes: [UInt8] = []
        PublishCommand(to: try #require(feed), of: kind, prefix: "").append([Array("{}".utf8)], to: &bytes)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("EXPIRE"))
    }
}

struct OutgoingEntryTests {
    @Test(arguments: [
        (#"{"a":1}"#, #"{"id":"ID","a":1}"#), ("{}", #"{"id":"ID"}"#), (" { } ", #" {"id":"ID" } "#),
        (#"{"id":null,"a":1}"#, #"{"id":"ID","a":1}"#), (#"{"a":{"id":"x"},"id":""}"#, #"{"a":{"id":"x"},"id":"ID"}"#),
        (#"{"id":"x","id":null}"#, #"{"id":"x","id":"ID"}"#),
    ])
    func `an entry without id gets one`(entry: String, identified: String) {
        var reader = OutgoingEntryReader(maximumBytes: 64)
        #expect(reader.read(Array(entry.utf8)) { "ID" } == .ready(id: "ID", bytes: Array(identified.utf8)))
    }

    @Test(arguments: [(#"{"id":"x"}"#, "x"), (#"{"id":7}"#, "7"), (#"{"id":"\u0061"}"#, "a")])
    func `an entry with an id stays as it is`(entry: String, id: String) {
        var reader = OutgoingEntryReader(maximumBytes: 64)
        #expect(reader.read(Array(entry.utf8)) { "ID" } == .ready(id: id, bytes: Array(entry.utf8)))
    }

    @Test(arguments: [
        ("{", BadEntry.notJSON), ("[]", .notAnObject), (#"{"id":true}"#, .badID), (#"{"a":"0123456"}"#, .tooLarge),
        (#"{"a":"0"}"#, .tooLarge),
    ])
    func `an entry that would be set aside is refused, also where only the id makes it too large`(
        entry: String, reason: BadEntry
    ) {
        var reader = OutgoingEntryReader(maximumBytes: 14)
        #expect(reader.read(Array(entry.utf8)) { "ID" } == .bad(reason))
    }
}
