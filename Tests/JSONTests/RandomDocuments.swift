import TestSupport

/// Makes JSON, and what is nearly JSON.
struct RandomDocuments {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A valid document.
    mutating func valid() -> String {
        space() + value(depth: 0) + space()
    }

    /// A valid object whose members bear some of a few names.
    mutating func validObject(names: [String]) -> String {
        "{" + list { $0.name(of: names) + ":" + $0.value(depth: 1) } + "}"
    }

    /// A document with bytes changed, taken out, put in, doubled or exchanged, or cut off, up to three times.
    mutating func mutated() -> [UInt8] {
        var bytes = Array(valid().utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let index = bytes.indices.any(&random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] = Array(0...UInt8.max).any(&random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(Array("[]{},:\"\\0123456789.eE+-utfn \t\n\r/".utf8).any(&random), at: index)
            case 3: bytes.insert(contentsOf: bytes[index...].prefix(Int.random(in: 1...8, using: &random)), at: index)
            case 4: bytes.swapAt(index, bytes.indices.any(&random))
            default: bytes.removeSubrange(index...)
            }
        }
        return bytes
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth < 5 ? 9 : 6), using: &random) {
        case 0: "null"
        case 1: ["true", "false"].any(&random)
        case 2: number()
        case 3...5: string()
        case 6: "[" + list { $0.value(depth: depth + 1) } + "]"
        default:
            "{" + list { $0.string() + $0.space() + ":" + $0.space() + $0.value(depth: depth + 1) } + "}"
        }
    }

    private mutating func list(_ element: (inout RandomDocuments) -> String) -> String {
        let elements = (0..<Int.random(in: 0...4, using: &random)).map { _ in space() + element(&self) + space() }
        return elements.isEmpty ? space() : elements.joined(separator: ",")
    }

    /// A name as it is, or with its first character escaped.
    private mutating func name(of names: [String]) -> String {
        let name = names.any(&random)
        guard random.isTrue(oneIn: 3), let first = name.utf16.first else { return "\"\(name)\"" }
        return #""\u"# + String(UInt32(first) + 0x10000, radix: 16).dropFirst() + name.dropFirst() + "\""
    }

    private mutating func space() -> String {
        random.isTrue(oneIn: 4) ? [" ", "\t", "\n", "\r", "  ", "\r\n"].any(&random) : ""
    }

    private mutating func number() -> String {
        [
            "0", "-0", "1", "-7", "42", "1.5", "-0.25", "1e2", "2E+3", "3e-4", "10.01e10",
            String(Int.random(in: .min ... .max, using: &random)), "12345678901234567890",
        ].any(&random)
    }

    private mutating func string() -> String {
        let pieces = [
            "a", "id", "hello world", "é", "ж", "€", "中文", "𝄞", "\u{7F}", "\u{85}", "\u{2028}", "/", "'", #"\n"#,
            #"\""#, #"\\"#,
            #"\/"#, #"\b"#, #"\f"#, #"\r"#, #"\t"#, #"\u0041"#, #"\u00e9"#, #"\u20AC"#, #"\ud834\udd1e"#, #"\u0000"#,
            "{", "]", ":", ",",
        ]
        return "\"" + (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.any(&random) }.joined() + "\""
    }
}
