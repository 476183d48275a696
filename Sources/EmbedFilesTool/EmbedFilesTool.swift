import Glibc

/// Writes a Swift file with the text of other files: `EmbedFilesTool OUTPUT INPUT...`.
///
/// A raw string literal compiles in no time where an array of bytes takes seconds.
@main
struct EmbedFilesTool {
    static func main() {
        let inputs = CommandLine.arguments.dropFirst(2)
        var source = """
            /// The files of the source tree that the binary carries, by name.
            enum EmbeddedFiles {

            """
        // What stands in folders of Templates is named by its folders as well.
        for (folder, name, depths) in [
            ("migrations", "migrations", 1...1), ("Web", "web", 1...1), ("Templates", "templates", 2...3),
        ] {
            source += "    static let \(name): [(name: String, text: String)] = [\n"
            let files = inputs.compactMap { path in
                Self.name(of: path, in: folder, at: depths).map { (path: path, name: $0) }
            }
            if files.isEmpty {
                errno = ENOENT
                fail("found no files in", folder)
            }
            for file in files { source += "        (\"\(file.name)\", \(literal(served(file.path)))),\n" }
            source += "    ]\n"
        }
        source += "}\n"
        write(source, to: CommandLine.arguments[1])
    }

    /// A file's path from a folder on that is so many steps above it; nil where that folder is none of those.
    private static func name(of path: String, in folder: String, at depths: ClosedRange<Int>) -> String? {
        let parts = path.split(separator: "/")
        let depth = depths.first { parts.dropLast($0).last.map(String.init) == folder }
        return depth.map { parts.suffix($0).joined(separator: "/") }
    }

    /// A raw multi-line literal with as many number signs as it takes for the text not to end it.
    private static func literal(_ text: String) -> String {
        var signs = "#"
        while text.contains("\"\"\"\(signs)") || text.contains("\\\(signs)") { signs += "#" }
        return "\(signs)\"\"\"\n\(text)\n\"\"\"\(signs)"
    }

    /// The client without comments, which stand on lines of their own, indentation, and needless spaces and line ends.
    ///
    /// None of its literals goes over several lines, and no statement in it is empty, and no
    /// two signs stand beside each other.
    private static func served(_ path: String) -> String {
        guard path.hasSuffix("/flagpole.js") else { return read(path) }
        let lines = read(path).split(separator: "\n").map { $0.drop { $0 == " " } }
        let code = lines.filter { !$0.hasPrefix("//") && !($0.hasPrefix("/**") && $0.hasSuffix("*/")) }
        return zip(code, code.dropFirst() + [""]).reduce(into: "") { text, pair in
            let (line, next) = (withoutNeedlessSpaces(pair.0), pair.1)
            // A line that has just begun something, a whole statement, and one before the end of something need not end.
            let goesOn = "{([,;".contains(line.last ?? " ") || "})]".contains(next.first ?? " ")
            // Nor need the last statement of a block say where it ends.
            text += goesOn ? (line.hasSuffix(";") && next.hasPrefix("}") ? String(line.dropLast()) : line) : line + "\n"
        }
    }

    /// Leaves out the spaces beside punctuation, but not within literals, of which none stands within another.
    ///
    /// A line with a slash outside them stays as it is, for that may begin a regular expression.
    private static func withoutNeedlessSpaces(_ line: Substring) -> String {
        var text = ""
        var quote: Character?
        for (place, character) in zip(line.indices, line) {
            if quote != nil {
                if character == quote { quote = nil }
            } else if character == "/" {
                return String(line)
            } else if "'`\"".contains(character) {
                quote = character
            } else if character == " " {
                let neighbours = [text.last, line[line.index(after: place)...].first]
                if neighbours.contains(where: { $0.map("{}()[],;=?:&|<>+-*".contains) ?? false }) { continue }
            }
            text.append(character)
        }
        return text
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { fail("cannot read", path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Leaves a file that has this text as it is, so that nothing need be compiled again.
    private static func write(_ text: String, to path: String) {
        if access(path, F_OK) == 0, read(path) == text { return }
        guard let file = fopen(path, "w"), fputs(text, file) >= 0, fclose(file) == 0 else { fail("cannot write", path) }
    }

    private static func fail(_ what: String, _ path: String) -> Never {
        perror("EmbedFilesTool: \(what) \(path)")
        exit(1)
    }
}
