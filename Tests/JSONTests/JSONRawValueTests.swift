import JSON
import Testing

struct JSONRawValueTests {
    private func value<Value>(
        _ text: String, _ read: (JSONRawValue, UnsafeBufferPointer<UInt8>) -> Value?
    ) throws -> Value? {
        try JSONObjectScanner(members: ["v"]).members(of: "{\"v\":\(text)}", read)[0] ?? nil
    }

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""é€𝄞""#, "é€𝄞"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""a\u0000b""#, "a\0b"),
        (#""\u00e9\u20AC""#, "é€"), (#""\ud834\udd1e""#, "𝄞"), (#""\uD834\uDD1E!""#, "𝄞!"),
        (#""\ud800\udc00""#, "\u{10000}"), (#""\udbff\udfff""#, "\u{10FFFF}"), (#""\ud800""#, "\u{FFFD}"),
        (#""\udc00""#, "\u{FFFD}"), (#""\ud800x""#, "\u{FFFD}x"), (#""\ud800\n""#, "\u{FFFD}\n"),
        (#""\ud800\ud834\udd1e""#, "\u{FFFD}𝄞"), (#""\ud800\u0041""#, "\u{FFFD}A"),
        (#""\udc00\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ufffe""#, "\u{FFFE}"), (#""\\u0041""#, #"\u0041"#),
    ])
    func `a string is decoded`(_ literal: String, _ text: String) throws {
        let decoded = try value(literal) { $0.string(in: $1) }
        #expect(decoded.map { Array($0.utf8) } == Array(text.utf8))
    }

    @Test(
        arguments: [
            ("1", 1, "1"), ("-5", -5, "-5"), ("0", 0, "0"), ("-0", 0, "-0"),
            ("9223372036854775807", Int64.max, "9223372036854775807"),
            ("-9223372036854775808", Int64.min, "-9223372036854775808"),
            ("9223372036854775808", nil, "9223372036854775808"),
            ("1.0", nil, nil), ("1e2", nil, nil), ("1E2", nil, nil), ("-1.5", nil, nil), (#""1""#, nil, nil),
            ("true", nil, nil), ("null", nil, nil),
        ] as [(String, Int64?, String?)])
    func `an integer has its digits`(_ literal: String, _ integer: Int64?, _ digits: String?) throws {
        #expect(try value(literal) { $0.integer(in: $1) } == integer)
        #expect(try value(literal) { $0.integerDigits(in: $1) } == digits)
    }

    @Test(
        arguments: [
            ("1", 1), ("-0.5", -0.5), ("1e3", 1000), ("4.9406564584124654E-324", .leastNonzeroMagnitude),
            ("1e999", nil), ("-1e999", nil), ("1e-999", 0),
            (#""1""#, nil), ("false", nil),
        ] as [(String, Double?)])
    func `a number is a double where it is in range`(_ literal: String, _ double: Double?) throws {
        #expect(try value(literal) { $0.double(in: $1) } == double)
    }

    @Test(arguments: ["1", "true", "null", "[]", "{}", #"["a"]"#])
    func `only a string is a string`(_ literal: String) throws {
        #expect(try value(literal) { $0.string(in: $1) } == nil)
    }
}
