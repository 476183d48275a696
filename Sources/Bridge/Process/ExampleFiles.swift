/// Folders of files to begin with, which the binary carries: a configuration, a page, and how to use them.
package enum ExampleFiles {
    /// The folders' names.
    package static let names = Set(EmbeddedFiles.templates.map { String($0.name.prefix { $0 != "/" }) }).sorted()

    /// The files of a folder.
    package static func files(of name: String) -> [(name: String, text: String)] {
        EmbeddedFiles.templates.filter { $0.name.hasPrefix("\(name)/") }
            .map { (String($0.name.dropFirst(name.count + 1)), $0.text) }
    }
}
