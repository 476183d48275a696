import Testing

@testable import Bridge

struct GeneratorOutputTests {
    @Test(arguments: [
        (#"{"load": 0.5}"#, #"{"load": 0.5}"#), ("\n {\n\"a\":1}\n\n", "{\n\"a\":1}"), ("0.50\n", #"{"value":0.50}"#),
        ("[1,2]", #"{"value":[1,2]}"#), ("true", #"{"value":true}"#), ("null", #"{"value":null}"#),
        (#""text""#, #"{"value":"text"}"#), ("up 3 days\n", #"{"value":"up 3 days"}"#),
        ("a\nb", #"{"value":"a\nb"}"#), (#"{"a":1} {"a":2}"#, #"{"value":"{\"a\":1} {\"a\":2}"}"#),
        ("{", #"{"value":"{"}"#),
    ])
    func `an object is an entry, everything else is the value of one`(printed: String, entry: String) {
        #expect(GeneratorOutput.entry(Array(printed.utf8)).map { String(decoding: $0, as: UTF8.self) } == entry)
    }

    @Test(arguments: ["", "\n", " \t\r\n"])
    func `nothing is no entry`(printed: String) {
        #expect(GeneratorOutput.entry(Array(printed.utf8)) == nil)
    }

    @Test func `what is no text is left for the reader of entries to refuse`() {
        #expect(GeneratorOutput.entry([0x7B, 0xFF, 0x7D]) == [0x7B, 0xFF, 0x7D])
    }
}
