import JSON
import Testing

struct JSONGrammarTests {
    @Test(arguments: [
        "[]", "{}", "[[]]", "[{}]", "{\"a\":{}}", " [] ", "\t\r\n {} \t\r\n", "[ ]", "{ }", "[1 , 2]",
        "{ \"a\" : 1 , \"b\" : 2 }",
        "null", "true", "false", "[null,true,false]", "\"\"", "\"a\"", "0", "-0", "1", "-1", "10",
        "123456789012345678901234567890",
        "1.0", "0.0", "-0.5", "1e5", "1E5", "1e+5", "1e-5", "0e0", "1.5E-10", "[0e1]", "1e99999", "-1e-99999",
        #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\u00e9\u00E9""#, #""\ud834\udd1e""#, #""\ud800""#, #""\udc00\ud800""#,
        #""\ud800\n""#, "\"\u{7F}\"", "\"é\"", "\"€\"", "\"𝄞\"", "\"\u{10FFFF}\"", "\"\u{FFFF}\"",
        "\"\u{2028}\u{2029}\u{85}\"", "\"\u{FEFF}\"",
        "{\"\":0}", "{\"a\":1,\"a\":2}", #"{"\u0061":1}"#, "\"12345678\"", "\"1234567\"", "\"123456789\"",
        "[1,[2,[3,{\"a\":[4]}]],5]",
    ])
    func `what RFC 8259 allows is taken`(_ text: String) {
        #expect(JSONScanner.fault(in: Array(text.utf8)) == nil)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1),
            ("[1", .unexpectedEnd, 2),
            ("[1,", .unexpectedEnd, 3), ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5),
            ("{\"a\":1", .unexpectedEnd, 6),
            ("{\"a\":1,", .unexpectedEnd, 7), ("\"", .unexpectedEnd, 1), ("\"abcdefghijk", .unexpectedEnd, 12),
            ("\"\\", .unexpectedEnd, 2),
            ("\"\\u", .unexpectedEnd, 3), ("\"\\u00", .unexpectedEnd, 5), ("tru", .unexpectedEnd, 3),
            ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2),
            ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
            ("]", .unexpectedByte, 0), ("}", .unexpectedByte, 0), (",", .unexpectedByte, 0),
            ("[,]", .unexpectedByte, 1), ("[1,]", .unexpectedByte, 3),
            ("[1 2]", .unexpectedByte, 3), ("[1}", .unexpectedByte, 2), ("{\"a\":1]", .unexpectedByte, 6),
            ("{,}", .unexpectedByte, 1), ("{]", .unexpectedByte, 1),
            ("[}", .unexpectedByte, 1), ("{\"a\":1,}", .unexpectedByte, 7), ("{\"a\"}", .unexpectedByte, 4),
            ("{\"a\" 1}", .unexpectedByte, 5), ("{\"a\"::1}", .unexpectedByte, 5),
            ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1),
            ("{[\"a\"]:1}", .unexpectedByte, 1), ("{\"a\":1,{\"b\":\"c\"}:2}", .unexpectedByte, 7),
            ("{\"a\":}", .unexpectedByte, 5), ("[\"a\":1]", .unexpectedByte, 4),
            ("['a']", .unexpectedByte, 1), ("[a]", .unexpectedByte, 1), ("nul!", .unexpectedByte, 3),
            ("True", .unexpectedByte, 0), ("TRUE", .unexpectedByte, 0),
            ("[NaN]", .unexpectedByte, 1), ("Infinity", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
            (".5", .unexpectedByte, 0), ("[1,,2]", .unexpectedByte, 3),
            ("[1]/**/", .trailingBytes, 3), ("/**/[1]", .unexpectedByte, 0), ("[1]//", .trailingBytes, 3),
            ("\u{A0}1", .unexpectedByte, 0), ("\u{0B}1", .unexpectedByte, 0), ("\u{0C}1", .unexpectedByte, 0),
            ("\u{2060}[]", .unexpectedByte, 0), ("\0", .unexpectedByte, 0), ("[1]\0", .trailingBytes, 3),
            ("1 2", .trailingBytes, 2), ("{}{}", .trailingBytes, 2), ("[]]", .trailingBytes, 2),
            ("nullx", .trailingBytes, 4), ("0x1", .trailingBytes, 1), ("\"a\"b", .trailingBytes, 3),
            ("01", .badNumber, 0), ("-01", .badNumber, 1), ("00", .badNumber, 0), ("--1", .badNumber, 1),
            ("-a", .badNumber, 1), ("-Infinity", .badNumber, 1), ("1.a", .badNumber, 2), ("1.e5", .badNumber, 2),
            ("1ea", .badNumber, 2), ("1e+-5", .badNumber, 3), ("[-]", .badNumber, 2), ("[1.]", .badNumber, 3),
            (#""\a""#, .badEscape, 1), (#""\'""#, .badEscape, 1), (#""\u12g4""#, .badEscape, 1),
            (#""\U0041""#, .badEscape, 1), (#""\x41""#, .badEscape, 1), (#""\u+123""#, .badEscape, 1),
            (#""\u""#, .badEscape, 1),
            ("\"\n\"", .controlCharacter, 1), ("\"abcdefgh\ti\"", .controlCharacter, 9),
            ("\"\0\"", .controlCharacter, 1), ("\"\u{1F}\"", .controlCharacter, 1),
            ("{\"a\nb\":1}", .controlCharacter, 3),
            ("\u{FEFF}{}", .byteOrderMark, 0), ("\u{FEFF}", .byteOrderMark, 0),
        ] as [(String, JSONError.Reason, Int)])
    func `what RFC 8259 does not allow is refused where it goes wrong`(
        _ text: String, _ reason: JSONError.Reason, _ offset: Int
    ) {
        #expect(JSONScanner.fault(in: Array(text.utf8)) == JSONError(reason, at: offset))
    }

    /// Unicode Standard, table 3-7: the least and the greatest of each row, and what lies just outside.
    @Test
    func `a string's bytes must be UTF-8`() {
        let wellFormed: [[UInt8]] = [
            [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xE0, 0xBF, 0xBF], [0xE1, 0x80, 0x80], [0xEC, 0xBF, 0xBF],
            [0xED, 0x80, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80],
            [0xF3, 0xBF, 0xBF, 0xBF], [0xF4, 0x80, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        ]
        let illFormed: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x7F], [0xC2, 0xC0], [0xE0, 0x9F, 0xBF],
            [0xE0, 0xA0],
            [0xE1, 0x80, 0x7F], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF1, 0x80, 0x80],
            [0xF1, 0x80, 0x80, 0xC0], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ]
        // Before, on and behind a boundary of eight bytes.
        for padding in 0..<18 {
            let before = [0x22] + [UInt8](repeating: 0x61, count: padding)
            for bytes in wellFormed {
                #expect(JSONScanner.fault(in: before + bytes + bytes + [0x22]) == nil, "\(bytes)")
            }
            for bytes in illFormed {
                let fault = JSONError(.invalidUTF8, at: before.count)
                #expect(JSONScanner.fault(in: before + bytes + [0x22]) == fault, "\(bytes)")
                #expect(JSONScanner.fault(in: before + bytes) == fault, "\(bytes)")
                #expect(JSONScanner.fault(in: before + [0xC3, 0xA9] + bytes)?.offset == before.count + 2, "\(bytes)")
            }
        }
    }

    /// One kind of byte is enough to stop at, wherever it stands among the eight that are looked at together.
    @Test
    func `each byte is judged the same at each place of a string`() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<24 {
                var bytes = [UInt8](repeating: 0x7E, count: 26)
                bytes[0] = 0x22
                bytes[25] = 0x22
                bytes[place + 1] = byte
                let expected: JSONError? =
                    switch byte {
                    case 0x22: JSONError(.trailingBytes, at: place + 2)
                    case 0x5C: JSONError(.badEscape, at: place + 1)
                    case ..<0x20: JSONError(.controlCharacter, at: place + 1)
                    case 0x80...: JSONError(.invalidUTF8, at: place + 1)
                    default: nil
                    }
                // A backslash at the end escapes the closing quote, a quote there leaves only the other behind it.
                guard byte != 0x5C || place < 23 else { continue }
                #expect(JSONScanner.fault(in: bytes) == expected, "\(byte) at \(place)")
            }
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func `containers may be nested 128 deep and no deeper`(_ opening: String) {
        func nested(_ depth: Int) -> [UInt8] {
            let each = opening.utf8.filter { $0 == 0x5B || $0 == 0x7B }.count
            let text = String(repeating: opening, count: depth / each)
            let closing = text.utf8.reversed().compactMap { [0x5B: 0x5D, 0x7B: 0x7D][$0] as UInt8? }
            return Array(text.utf8) + Array("1".utf8) + closing
        }
        #expect(JSONScanner.fault(in: nested(128)) == nil)
        #expect(JSONScanner.fault(in: nested(64), maxDepth: 64) == nil)
        #expect(JSONScanner.fault(in: nested(66), maxDepth: 64)?.reason == .tooDeep)
        #expect(JSONScanner.fault(in: Array("[".utf8) + nested(128) + Array("]".utf8))?.reason == .tooDeep)
        #expect(JSONScanner.fault(in: Array(repeating: 0x5B, count: 1_000_000)) == JSONError(.tooDeep, at: 128))
        #expect(throws: JSONError.self) { try JSONValue.parse(Array("[".utf8) + nested(128) + Array("]".utf8)) }
        #expect(throws: Never.self) { try JSONValue.parse(nested(128)) }
    }

    @Test
    func `a fault has a line and a column`() {
        let text = Array("{\n  \"é€\": x\r\n}".utf8)
        let fault = JSONScanner.fault(in: text)
        #expect(fault?.description == "unexpected byte at byte 13")
        let position = fault?.position(in: text)
        #expect(position?.line == 2)
        #expect(position?.column == 9)
        let end = JSONError(.unexpectedEnd, at: text.count).position(in: text)
        #expect(end == (3, 2))
        #expect(JSONError(.unexpectedByte, at: 0).position(in: []) == (1, 1))
    }
}
