import Bridge
import JSON

extension Flagpole {
    static let doctor = Command(
        name: "doctor", summary: "look for what would keep a bridge from doing its work",
        details: """
            Looks at the configuration, the data directory, the database, the disk, Redis, the address and a bridge that runs
            there, and changes nothing. One line for each: ok, warn or fail, and what to do. The exit status is 1 where
            something fails.
            """,
        options: [.config, .environmentFile, .url, .json]
    ) { arguments throws(CommandError) in
        let findings = try findings(arguments)
        let fails = findings.contains { $0.severity == .fail }
        if arguments.has(.json) {
            let report = JSONValue.object(["ok": .bool(!fails), "checks": .array(findings.map(\.json))])
            Terminal.output.write(report.encoded() + [UInt8(ascii: "\n")])
        } else {
            Terminal.output.write(findings.map { $0.line + "\n" }.joined())
        }
        return fails ? 1 : 0
    }

    private static func findings(_ arguments: ParsedArguments) throws(CommandError) -> [Finding] {
        let configuration: Configuration
        do throws(CommandError) {
            configuration = try arguments.configuration()
        } catch {
            return [.fail("configuration", error.description, "correct it; flagpole config check looks again")]
        }
        let isChosen = configuration.server.port == 0 && configuration.server.socketPath == nil
        let address = isChosen && !arguments.has(.url) ? nil : try arguments.address()
        let directory = ObservedDirectory(configuration.dataDirectory)
        return [.ok("configuration", "valid")]
            + FilesCheck(configuration: configuration, directory: directory).findings
            + RedisCheck(configuration: configuration, directory: directory).findings
            + ServerCheck(configuration: configuration, directory: directory, address: address).findings
    }
}
