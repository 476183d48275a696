import JSON
import Testing

struct JSONWriterTests {
    @Test
    func `commas stand where they belong`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.int(1)
        writer.name("b")
        writer.beginArray()
        writer.beginArray()
        writer.endArray()
        writer.bool(true)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.raw(Array(#"{"r":1}"#.utf8))
        writer.string("s")
        writer.int(Int64.min)
        writer.endArray()
        writer.name("c")
        writer.raw(Array("[ ]".utf8)[...])
        writer.name("d")
        writer.bool(false)
        writer.endObject()
        #expect(
            writer.text == #"{"a":1,"b":[[],true,null,{},{"r":1},"s",-9223372036854775808],"c":[ ],"d":false}"#)
    }

    @Test(
        arguments: [
            (0, "0.0"), (-1.5, "-1.5"), (1e300, "1e+300"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, "null"),
            (-.infinity, "null"), (.nan, "null"),
        ] as [(Double, String)])
    func `a double is written as JSON`(_ value: Double, _ text: String) {
        var writer = JSONWriter()
        writer.double(value)
        #expect(writer.text == text)
        #expect(JSONScanner.fault(in: writer.bytes) == nil)
    }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("\"\\/", #"\"\\/"#), ("\n\r\t", #"\n\r\t"#),
        ("\0\u{1}\u{F}\u{10}\u{1F}\u{7F}", "\\u0000\\u0001\\u000f\\u0010\\u001f\u{7F}"),
        ("a\u{85}b\u{2028}c\u{2029}d", #"a\u0085b\u2028c\u2029d"#), ("é\u{84}\u{86}\u{C5}", "é\u{84}\u{86}\u{C5}"),
        ("\u{2027}\u{202A}\u{20A8}\u{3028}", "\u{2027}\u{202A}\u{20A8}\u{3028}"),
        ("€𝄞", "€𝄞"), ("123456789\n12345678\"1234567\\", #"123456789\n12345678\"1234567\\"#),
    ])
    func `a string is escaped`(_ text: String, _ expected: String) {
        var bytes: [UInt8] = []
        JSONWriter.appendString(text, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "\"\(expected)\"")
    }

    @Test
    func `bytes that are cut short are not read beyond their end`() {
        for text: [UInt8] in [[0xC2], [0xE2], [0xE2, 0x80], [0x61, 0xE2, 0x80]] {
            var bytes: [UInt8] = []
            text.withUnsafeBufferPointer { JSONWriter.appendString($0, to: &bytes) }
            #expect(bytes == [0x22] + text + [0x22])
        }
    }

    @Test
    func `every character comes back`() throws {
        let scalars = (0...0x3FFF).compactMap(Unicode.Scalar.init) + (0xFFF0...0x1000F).compactMap(Unicode.Scalar.init)
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        var bytes: [UInt8] = []
        JSONWriter.appendString(text, to: &bytes)
        #expect(try JSONValue.parse(bytes) == .string(text))
    }
}
