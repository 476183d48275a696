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

    /// The client without comment lines, indentation and needless spaces; none of its literals goes over several lines.
    private static func served(_ path: String) -> String {
        guard path.hasSuffix("/flagpole.js") else { return read(path) }
        let lines = read(path).split(separator: "\n").map { $0.drop { $0 == " " } }
        let code = lines.filter { !$0.hasPrefix("//") && !($0.hasPrefix("/**") && $0.hasSuffix("*/")) }
        return code.map(withoutNeedlessSpaces).joined(separator: "\n") + "\n"
    }

    /// Leaves out the spaces beside punctuation, on lines where no space can be part of a literal.
    private static func withoutNeedlessSpaces(_ line: Substring) -> String {
        guard !line.contains(where: { "'`\"/".contains($0) }) else { return String(line) }
        let parts = line.split(separator: " ")
        return parts.dropFirst().reduce(into: parts.first.map(String.init) ?? "") { text, part in
            let isNeedless = [text.last, part.first].contains { $0.map("{}()[],;=?:&|<>".contains) ?? false }
            text += isNeedless ? part : " \(part)"
        }
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
