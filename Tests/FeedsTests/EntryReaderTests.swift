import Testing

@testable import Feeds

struct EntryReaderTests {
    private func read(_ bytes: some Sequence<UInt8>, maximumBytes: Int = 65_536) -> Entry {
        var reader = EntryReader(maximumBytes: maximumBytes)
        return Array(bytes).withUnsafeBufferPointer { reader.read($0) }
    }

    private func read(_ text: String) -> Entry { read(text.utf8) }

    @Test(arguments: [
        (#""a""#, "a"), ("1", "1"), ("-5", "-5"), ("0", "0"), ("-0", "-0"), (#""01J""#, "01J"), (#""a b""#, "a b"),
        (#""\u0061""#, "a"), (#""é""#, "é"), (#""\ud83d\ude00""#, "😀"), (#""<&>""#, "<&>"), (#""false""#, "false"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ])
    func `a string is an id, and so are an integer's digits`(value: String, id: String) {
        #expect(read("{\"id\":\(value)}") == .notification(id: id, event: nil))
        #expect(read(" {\"title\" : [{\"id\":true}] , \"id\" : \(value) } ") == .notification(id: id, event: nil))
    }

    @Test(arguments: ["{}", #"{"id":null}"#, #"{"id":""}"#, #"{"ID":"x"}"#, #"{"body":{"id":"x"}}"#])
    func `an entry that says no id is to be given one`(text: String) {
        #expect(read(text) == .notification(id: nil, event: nil))
    }

    @Test(arguments: [
        "1.0", "1.5", "1e3", "true", "false", "[]", "{}", #"["a"]"#, #"" ""#, #"" a""#, #""a ""#, #""\ta""#, #""a\n""#,
        #""a\u0000b""#, #""a\u001fb""#, #""a\u007fb""#, #""a\u0085b""#, #""a\u009fb""#, #""a\u2028b""#, #""a\u2029b""#,
        #""\u00a0a""#, #""a\u3000""#,
    ])
    func `other ids are not allowed`(value: String) {
        #expect(read("{\"id\":\(value)}") == .bad(.badID))
    }

    @Test(arguments: [("a", 256, true), ("a", 257, false), ("é", 128, true), ("é", 129, false), ("1", 257, false)])
    func `an id has at most 256 bytes`(character: String, count: Int, isAllowed: Bool) {
        let id = String(repeating: character, count: count)
        #expect(EntryReader.isID(id) == isAllowed)
        #expect(read(#"{"id":"\#(id)"}"#) == (isAllowed ? .notification(id: id, event: nil) : .bad(.badID)))
    }

    @Test func `an integer has at most 256 digits`() {
        let digits = String(repeating: "7", count: 256)
        #expect(read(#"{"id":\#(digits)}"#) == .notification(id: digits, event: nil))
        #expect(read(#"{"id":\#(digits)7}"#) == .bad(.badID))
    }

    @Test func `of a repeated member the last counts`() {
        #expect(read(#"{"id":"a","id":"b"}"#) == .notification(id: "b", event: nil))
        #expect(read(#"{"id":true,"id":"b"}"#) == .notification(id: "b", event: nil))
        #expect(read(#"{"id":"a","\u0069d":true}"#) == .bad(.badID))
    }

    @Test func `one reader reads many entries`() {
        var reader = EntryReader(maximumBytes: 100)
        let entries = [#"{"id":"a","event":"e"}"#, "{}", "nonsense", #"{"id":2}"#].map { entry in
            Array(entry.utf8).withUnsafeBufferPointer { reader.read($0) }
        }
        #expect(
            entries == [
                .notification(id: "a", event: "e"), .notification(id: nil, event: nil), .bad(.notJSON),
                .notification(id: "2", event: nil),
            ])
    }

    @Test func `an entry may be as large as the limit and no larger`() {
        #expect(read(#"{"a":12}"#.utf8, maximumBytes: 8) == .notification(id: nil, event: nil))
        #expect(read(#"{"a":123}"#.utf8, maximumBytes: 8) == .bad(.tooLarge))
        #expect(read("x".utf8, maximumBytes: 0) == .bad(.tooLarge))
    }

    @Test(arguments: [
        "", " ", "{", "}", "{}{}", "{} x", "nonsense", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{'a':1}", #"{"a":01}"#,
        "\u{FEFF}{}", "{\"a\":\"\n\"}", #"{"id":"\x"}"#, #"{"id":"\u00"}"#,
    ])
    func `what is not JSON is set aside`(text: String) {
        #expect(read(text) == .bad(.notJSON))
    }

    @Test(arguments: ["[]", "1", "null", "true", #""text""#, "[{}]"])
    func `JSON that is no object is set aside`(text: String) {
        #expect(read(text) == .bad(.notAnObject))
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func `what is not UTF-8 is set aside`(bytes: [UInt8]) {
        #expect(read(Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8)) == .bad(.invalidUTF8))
    }

    @Test func `an entry nests at most 128 deep`() {
        func nested(_ depth: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(read(nested(128)) == .notification(id: nil, event: nil))
        #expect(read(nested(129)) == .bad(.tooDeep))
    }
}
