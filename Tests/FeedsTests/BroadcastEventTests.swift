import JSON
import Testing

@testable import Feeds

struct BroadcastEventTests {
    @Test(arguments: [
        ("1", "1"), ("true", "true"), (#"{"a":[1,2]}"#, #"{"a":[1,2]}"#), (" 7 ", " 7 "), ("null", "null"),
        ("yes", #""yes""#), ("007", #""007""#), (#"a"b"#, #""a\"b""#), ("{", #""{""#), ("1 2", #""1 2""#),
    ])
    func `a flag's value is sent as JSON where it is JSON, else as a string`(value: String, expected: String) {
        let event = BroadcastEvent(name: "deploy", value: Array(value.utf8), at: 1_700_000_000_999)
        #expect(String(decoding: event.data, as: UTF8.self) == #"{"timestamp":1700000000,"value":\#(expected)}"#)
    }

    @Test func `bytes that are no text are sent as text all the same`() throws {
        let event = BroadcastEvent(name: "x", value: [0x61, 0xFF, 0x0A], at: 0)
        let value = try JSONValue.parse(event.data)
        #expect(value["value"]?.asString == "a\u{FFFD}\n")
    }

    @Test func `a value too deep for an event is sent as a string`() throws {
        for (depth, isSentAsItIs) in [(127, true), (128, false)] {
            let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let event = BroadcastEvent(name: "x", value: Array(value.utf8), at: 0)
            #expect((try JSONValue.parse(event.data)["value"]?.asArray != nil) == isSentAsItIs)
        }
    }

    @Test func `what stands in the log is the event again`() {
        let event = BroadcastEvent(name: "new order", value: Array("{\n}".utf8), at: 5)
        #expect(BroadcastEvent(record: event.record) == event)
        #expect(BroadcastEvent(record: "nothing") == nil)
    }
}
