/// The line ends in a JSON text: CR, LF, and Unicode's U+0085, U+2028 and U+2029 in UTF-8.
struct LineEnds {
    /// How many there are.
    private(set) var count = 0
    /// By how many bytes replacing them makes the text longer.
    private(set) var growth = 0

    /// Looks at eight bytes a step; only words that hold a line end, or could, are looked at by byte.
    init(in text: Span<UInt8>) {
        text.withUnsafeBytes { bytes in
            var index = 0
            while index < bytes.count {
                if index &+ 8 <= bytes.count,
                    !Self.mayHoldOne(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                {
                    index &+= 8
                    continue
                }
                let wordEnd = min(index &+ 8, bytes.count)
                while index < wordEnd {
                    let length = Self.length(at: index, bytes)
                    if length > 0 {
                        count += 1
                        growth += length == 1 ? 0 : 6 - length
                    }
                    index += max(length, 1)
                }
            }
        }
    }

    /// Appends the text with CR and LF as spaces and the others as JSON escapes.
    static func appendReplacing(_ text: Span<UInt8>, to out: inout [UInt8]) {
        text.withUnsafeBytes { bytes in
            var copied = 0
            var index = 0
            while index < bytes.count {
                let length = length(at: index, bytes)
                if length > 0 {
                    out.append(contentsOf: bytes[copied..<index])
                    switch (length, bytes[index + length - 1]) {
                    case (1, _): out.append(.space)
                    case (2, _): out.append("\\u0085")
                    case (_, 0xA8): out.append("\\u2028")
                    default: out.append("\\u2029")
                    }
                    copied = index + length
                }
                index += max(length, 1)
            }
            out.append(contentsOf: bytes[copied...])
        }
    }

    private static func mayHoldOne(_ word: UInt64) -> Bool {
        let lineFeeds = (word ^ UInt64(repeating: .lineFeed)).zeroBytes
        let returns = (word ^ UInt64(repeating: .carriageReturn)).zeroBytes
        // 0xC2 and 0xE2, which begin the others, differ in this bit alone.
        let others = ((word | UInt64(repeating: 0x20)) ^ UInt64(repeating: 0xE2)).zeroBytes
        return lineFeeds | returns | others != 0
    }

    /// The bytes of the line end that begins at `index`; 0 where none does.
    private static func length(at index: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        switch bytes[index] {
        case .lineFeed, .carriageReturn:
            1
        case 0xC2:
            index + 1 < bytes.count && bytes[index + 1] == 0x85 ? 2 : 0
        case 0xE2:
            index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8 ? 3 : 0
        default:
            0
        }
    }
}
