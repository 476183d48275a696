import JSON
import Testing

struct JSONObjectScannerTests {
    private let scanner = JSONObjectScanner(members: ["id", "event", "key"])

    @Test
    func `members are found where they lie`() throws {
        let text = #" { "x" : [ "id" ] , "id" : "a" ,"key":{"id":2, "k":[]}, "event"  :  [1,2]  } "#
        let found = try scanner.members(of: text) { value, bytes in
            (value.kind, String(decoding: bytes[value.range], as: UTF8.self))
        }
        #expect(found[0]?.0 == .string && found[0]?.1 == #""a""#)
        #expect(found[1]?.0 == .array && found[1]?.1 == "[1,2]")
        #expect(found[2]?.0 == .object && found[2]?.1 == #"{"id":2, "k":[]}"#)
    }

    @Test(
        arguments: [
            ("true", .true), ("false", .false), ("null", .null), ("-1.5e3", .number), (#""""#, .string), ("[]", .array),
            ("{}", .object),
        ] as [(String, JSONRawValue.Kind)])
    func `each kind of value is told`(_ value: String, _ kind: JSONRawValue.Kind) throws {
        let found = try scanner.members(of: "{\"id\":\(value)}") { value, _ in value }
        #expect(found[0] == JSONRawValue(kind: kind, range: 6..<6 + value.utf8.count))
        #expect(found[1] == nil && found[2] == nil)
    }

    @Test(
        arguments: [
            (#"{"id":1,"id":2}"#, "2"), (#"{"id":[1],"id":2,"x":3}"#, "2"), (#"{"id":1,"id":{"id":3}}"#, #"{"id":3}"#),
            (#"{"\u0069d":1}"#, "1"), (#"{"\u0069\u0064":1}"#, "1"), (#"{"id":1,"i\u0064":2}"#, "2"),
            (#"{"x":{"id":1}}"#, nil),
            (#"{"x":[{"id":1}]}"#, nil), (#"{"x":1,"ID":1,"id ":1,"i":1,"idd":1,"":1}"#, nil),
            (#"{"id\u0000":1}"#, nil), ("{}", nil),
            (#"{"x":{"id":1},"y":2}"#, nil), (#"{"id":1,"x":{"y":2}}"#, "1"), (#"{"id":1,"x":[]}"#, "1"),
            (#"{"x":[],"id":1}"#, "1"),
            (#"{"x":"\"id\":5","id":1}"#, "1"),
        ] as [(String, String?)])
    func `the last member of that decoded name and of the object itself counts`(
        _ text: String, _ expected: String?
    ) throws {
        let found = try scanner.members(of: text) { value, bytes in String(decoding: bytes[value.range], as: UTF8.self)
        }
        #expect(found[0] == expected)
    }

    @Test
    func `names are not normalised`() throws {
        let scanner = JSONObjectScanner(members: ["\u{E9}", "e\u{301}"])
        let found = try scanner.members(of: "{\"e\u{301}\":1}") { value, _ in value.kind }
        #expect(found == [nil, .number])
    }

    @Test
    func `what was found in another object is forgotten`() throws {
        var found = [JSONRawValue?](repeating: JSONRawValue(kind: .null, range: 0..<1), count: 3)
        try Array("{\"key\":1}".utf8).withUnsafeBufferPointer { try scanner.scan($0, found: &found) }
        #expect(found == [nil, nil, JSONRawValue(kind: .number, range: 7..<8)])
        found = [nil]
        try Array("{\"id\":1}".utf8).withUnsafeBufferPointer { try scanner.scan($0, found: &found) }
        #expect(found.count == 3)
    }

    @Test(
        arguments: [
            ("[]", .notAnObject, 0), (" 1", .notAnObject, 1), ("\"id\"", .notAnObject, 0), ("null", .notAnObject, 0),
            ("[{\"id\":1}]", .notAnObject, 0), ("[", .unexpectedEnd, 1), ("{\"id\":1", .unexpectedEnd, 7),
            ("{\"id\":1} x", .trailingBytes, 9),
            ("{\"id\":\"\u{1}\"}", .controlCharacter, 7),
        ] as [(String, JSONError.Reason, Int)])
    func `what is not exactly one object is refused`(
        _ text: String, _ reason: JSONError.Reason, _ offset: Int
    ) {
        #expect(throws: JSONError(reason, at: offset)) { try scanner.members(of: text) { value, _ in value } }
    }

    @Test
    func `depth counts the object itself`() throws {
        let scanner = JSONObjectScanner(members: ["id"], maxDepth: 2)
        #expect(try scanner.members(of: #"{"id":[]}"#) { value, _ in value.kind } == [.array])
        #expect(throws: JSONError(.tooDeep, at: 7)) { try scanner.members(of: #"{"id":[[]]}"#) { value, _ in value } }
    }
}
