extension JSONWriter {
    /// Appends a string with its quotes.
    ///
    /// Besides what JSON demands, the line separators U+0085, U+2028 and U+2029 are escaped, so that no reader of lines
    /// takes one for a line's end.
    package static func appendString(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { appendString($0, to: &bytes) }
    }

    /// Appends a string whose text is given as UTF-8; what is not well-formed goes through as it is.
    package static func appendString(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(.quote)
        var copied = 0
        var index = 0
        while true {
            text.span.skipPlainText(&index)
            guard index < text.count else { break }
            let (length, escape) = text.span.escape(at: index)
            if let escape {
                bytes.append(contentsOf: text[copied..<index])
                bytes.append(contentsOf: escape.utf8)
                copied = index + length
            }
            index += length
        }
        bytes.append(contentsOf: text[copied...])
        bytes.append(.quote)
    }
}

extension Span<UInt8> {
    /// How many bytes to go on by, and what stands for them where they may not stand for themselves.
    fileprivate func escape(at index: Int) -> (length: Int, escape: String?) {
        switch self[index] {
        case .quote: return (1, #"\""#)
        case .backslash: return (1, #"\\"#)
        case .lineFeed: return (1, #"\n"#)
        case .carriageReturn: return (1, #"\r"#)
        case .tab: return (1, #"\t"#)
        case let control where control < 0x20:
            return (1, (control < 0x10 ? #"\u000"# : #"\u00"#) + String(control, radix: 16))
        case 0xC2 where count - index >= 2 && self[index + 1] == 0x85:
            return (2, #"\u0085"#)
        case 0xE2 where count - index >= 3 && self[index + 1] == 0x80 && self[index + 2] | 1 == 0xA9:
            return (3, self[index + 2] == 0xA8 ? #"\u2028"# : #"\u2029"#)
        default:
            return (1, nil)
        }
    }
}
