extension String {
    /// With the control characters and separators escaped that a terminal or a reader of lines would act upon.
    func escapingLineBreaks() -> String {
        escaping { $0.escape }
    }

    /// With quotes and backslashes escaped too, to stand between quotes; as JSON demands (RFC 8259 §7).
    func escapingForQuotes() -> String {
        escaping { scalar in
            switch scalar {
            case "\"": #"\""#
            case "\\": #"\\"#
            default: scalar.escape
            }
        }
    }

    private func escaping(_ escape: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        result.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            if let escape = escape(scalar) {
                result += escape
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// What to write for a control character (U+0085 is one), U+2028 and U+2029; nil for all others.
    fileprivate var escape: String? {
        switch self {
        case "\n": #"\n"#
        case "\r": #"\r"#
        case "\t": #"\t"#
        case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
            #"\u"# + String(value + 0x10000, radix: 16).dropFirst()
        default: nil
        }
    }
}
