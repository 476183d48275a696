import Testing

@testable import Bridge

/// Broadcast events and their keys.
struct EventConfigurationTests {
    private static let allowedKey =
        "allowed is a Redis key of at most 512 bytes without control characters, which does not begin with \"flagpole:\""

    @Test(arguments: [(#""""#, #""""#), (#""flagpole:x""#, #""flagpole:x""#), ("1", "1"), (#""a\nb""#, #""a\nb""#)])
    func `what can be no key is refused`(key: String, shown: String) throws {
        let line = try failure(#"{"events": {"a": \#(key)}}"#)
        #expect(line == "events.a in config.json is \(shown): \(Self.allowedKey)")
    }

    @Test func `a key raises one event and nothing else`() throws {
        #expect(
            try failure(#"{"events": {"a": "k", "b": "k"}}"#)
                == "events.b is k, as events.a is: each event needs a key of its own")
        #expect(
            try failure(#"{"events": {"a": "notifications:user:7"}}"#)
                == "events.a is notifications:user:7: a feed of the kind user has this key, so take another one")
    }

    @Test(arguments: ["welcome", "ping", "", "a\\u0000"])
    func `what can be no event's name is refused`(name: String) throws {
        let line = try #require(try failure(#"{"events": {"\#(name)": "k"}}"#))
        #expect(line.contains("an event has a name of 1 to 64 characters without control characters"))
    }

    @Test func `events of the environment are added to those of the file, or change them`() throws {
        let configuration = try load(
            #"{"events": {"a": "k1", "b": "k2"}}"#, environment: ["SSE_EVENTS": " b : x:y , c d:k3,"])
        #expect(
            configuration.events == [
                BroadcastFlag(event: "a", key: "k1"), BroadcastFlag(event: "b", key: "x:y"),
                BroadcastFlag(event: "c d", key: "k3"),
            ])
        let printed = String(decoding: configuration.encoded(), as: UTF8.self)
        #expect(printed.contains(#""b": "x:y""#))
    }
}
