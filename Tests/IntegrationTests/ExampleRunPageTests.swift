import Foundation
import Testing

/// `Examples/run`, and what each example has.
@Suite(.serialized, .timeLimit(.minutes(1)), .enabled(if: Nginx.isInstalled, "nginx is not installed"))
struct ExampleRunPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    private static func names() throws -> [String] {
        let examples = root.appending(path: "Examples").path
        return try FileManager.default.contentsOfDirectory(atPath: examples).filter {
            FileManager.default.fileExists(atPath: "\(examples)/\($0)/config.json")
        }.sorted()
    }

    @Test func `every example has a configuration that is right, a page, a README and its line in the README`() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        for name in try Self.names() {
            let files = Self.root.appending(path: "Examples/\(name)").path
            #expect(readme.contains("(Examples/\(name)/README.md)"), "\(name)")
            let text = try String(contentsOfFile: files + "/README.md", encoding: .utf8)
            #expect(text.contains("\n    Examples/run \(name)\n"), "\(name)")
            #expect(FileManager.default.fileExists(atPath: files + "/page/index.html"), "\(name)")
            let environment =
                FileManager.default.fileExists(atPath: files + "/.env") ? ["--env-file", files + "/.env"] : []
            let directory = try TemporaryDirectory()
            let check = try ChildProcess(
                [FlagpoleProcess.program, "config", "check", "--config", files + "/config.json"] + environment,
                errors: directory.path("errors"))
            #expect(try check.wait() == 0, "\(name): \(directory.text("errors"))")
        }
    }

    @Test func `an example that is ended leaves no process, and one whose bridge dies ends`() throws {
        let example = try RunningExample("flag-database")
        let redis = try #require(
            pid_t(example.redis().command("INFO", "server").string.firstMatch(of: /process_id:(\d+)/)?.1 ?? ""))
        try eventually("what prints the commands has ended") { example.pids.count == 2 }
        let pids = example.pids + [redis]
        #expect(pids.allSatisfy(ChildProcess.exists))
        #expect(try example.stop() == 128 + SIGTERM)
        try eventually("the end of all") { !pids.contains(where: ChildProcess.exists) }

        let other = try RunningExample("flag-database")
        let children = other.pids
        kill(try #require(children.first), SIGKILL)
        try eventually("the end of all") { !children.contains(where: ChildProcess.exists) }
    }

    @Test func `a name that is none is answered with those that there are`() throws {
        let directory = try TemporaryDirectory()
        let run = try ChildProcess(
            [Self.root.appending(path: "Examples/run").path, "nothing"], errors: directory.path("errors"))
        #expect(try run.wait() == 64)
        for name in try Self.names() { #expect(directory.text("errors").contains("    \(name)\n")) }
    }
}
