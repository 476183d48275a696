/// Files of environment variables, as process managers and shells read them.
///
/// A line is `NAME=VALUE`, with or without `export` before it. A value in single quotes is taken as it stands; one in
/// double quotes may escape `"`, `\` and `$` by a backslash; one without quotes ends before ` #`. Empty lines, and
/// lines that begin with `#`, say nothing. Applications share theirs with the bridge: CodeIgniter's has spaces around
/// `=` and dots in names, `app.baseURL = ''`.
enum EnvironmentFile {
    struct Line: Equatable {
        let number: Int
        let name: String
        let text: String
    }

    static func parse(_ bytes: [UInt8], named path: String) throws(ConfigurationError) -> [Line] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(path) is not UTF-8")
        }
        var lines: [Line] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingSpace
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let (name, value) = assignment(line) else {
                throw ConfigurationError(
                    "\(path):\(index + 1): allowed is NAME=VALUE, the value with or without quotes")
            }
            lines.append(Line(number: index + 1, name: name, text: value))
        }
        return lines
    }

    private static func assignment(_ line: Substring) -> (name: String, value: String)? {
        let line = line.hasPrefix("export ") ? line.dropFirst("export ".count).trimmingSpace : line
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = line[..<equals].trimmingSpace
        guard let first = name.utf8.first, isLetter(first),
            name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: ".") }),
            let value = value(line[equals...].dropFirst())
        else { return nil }
        return (String(name), value)
    }

    private static func value(_ text: Substring) -> String? {
        let quoted = text.trimmingSpace
        guard let quote = quoted.first, quote == "'" || quote == "\"" else {
            let end = text.firstRange(of: " #")?.lowerBound ?? text.endIndex
            return String(text[..<end].trimmingSpace)
        }
        var value = ""
        var rest = quoted.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let after = rest.trimmingSpace
                return after.isEmpty || after.hasPrefix("#") ? value : nil
            }
            let isEscape = quote == "\"" && character == "\\" && rest.first.map("\"\\$".contains) == true
            value.append(isEscape ? rest.removeFirst() : character)
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Substring {
    /// The text without spaces and tabs at its ends.
    var trimmingSpace: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start.prefix(0) }
        return start[...last]
    }
}
