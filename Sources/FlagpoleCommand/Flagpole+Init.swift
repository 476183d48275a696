import Bridge
import Glibc

extension Flagpole {
    private static let defaultExample = "inbox"

    static let initialize = Command(
        name: "init", operands: "[\(ExampleFiles.names.joined(separator: "|"))] [DIR]", operandCount: 0...2,
        summary: "write an example to begin with: a configuration and a page",
        details: """
            Without an example it is \(defaultExample), without a directory the current one, which is made where it is missing.
            No file is overwritten: if one is there already, nothing is written. README.md among them says how to go on.
            """,
        options: []
    ) { arguments throws(CommandError) in
        let name = arguments.operands.first ?? defaultExample
        let directory = arguments.operands.dropFirst().first ?? "."
        guard ExampleFiles.names.contains(name) else {
            let nearest = Spelling.nearest(to: name, among: ExampleFiles.names)
            let suggestion =
                nearest.map { "did you mean \($0)?" } ?? "there are \(ExampleFiles.names.joined(separator: ", "))"
            throw .usage("there is no example \(name.printable): \(suggestion)")
        }
        let files = ExampleFiles.files(of: name).map { (path: "\(directory)/\($0.name)", text: $0.text) }
        if let taken = files.first(where: { access($0.path, F_OK) == 0 }) {
            throw .failure("\(taken.path.printable) is there already: nothing was written; name another directory")
        }
        for file in files {
            try makeDirectory(String(file.path.prefix(upTo: file.path.lastIndex(of: "/") ?? file.path.startIndex)))
            try write(file.text, to: file.path)
        }
        let list = files.map { "  \($0.path.printable)\n" }.joined()
        let place = directory == "." ? "" : "cd \(directory.printable.shellWord) && "
        Terminal.output.write(
            """
            Wrote
            \(list)
            Now
              \(place)\(program.printable.shellWord) serve
              \(place)python3 -m http.server 8000 --bind 127.0.0.1 --directory page
            and open http://127.0.0.1:8000/ in a browser. README.md says more.

            """)
        return 0
    }

    /// What this program is called by from another directory.
    private static var program: String {
        let name = CommandLine.arguments.first ?? "flagpole"
        guard name.contains("/"), !name.hasPrefix("/"), let path = realpath(name, nil) else { return name }
        defer { free(path) }
        return String(cString: path)
    }

    /// Makes a directory, and those that it lies in.
    private static func makeDirectory(_ path: String) throws(CommandError) {
        guard access(path, F_OK) != 0 else { return }
        if let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex {
            try makeDirectory(String(path[..<slash]))
        }
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw failure(path) }
    }

    private static func write(_ text: String, to path: String) throws(CommandError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 { rest.removeFirst(written) } else if errno != EINTR { throw failure(path) }
        }
    }

    private static func failure(_ path: String) -> CommandError {
        .failure("\(path.printable) cannot be written: \(String(cString: strerror(errno)))")
    }
}
