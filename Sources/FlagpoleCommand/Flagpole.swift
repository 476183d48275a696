import Bridge
import Glibc

/// The program `flagpole`: finds the command that is meant and runs it.
@main
struct Flagpole {
    static let version = "0.1.0"

    private static let commands = [
        serve, push, tail, read, feeds, token, quarantine, migrate, config, initialize, doctor, bench,
    ]

    static func main() {
        // A reader that goes away shows as an error of the write; Redis's client library asks for it too.
        signal(SIGPIPE, SIG_IGN)
        holdStandardDescriptors()
        exit(Terminal.exitStatus(run(Array(CommandLine.arguments.dropFirst()))))
    }

    /// Takes the place of a standard descriptor that is closed.
    ///
    /// No file or socket gets it then, and with it what is meant for a person; to use it fails as before.
    private static func holdStandardDescriptors() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    private static func run(_ arguments: [String]) -> Int32 {
        do throws(CommandError) {
            return try dispatch(arguments)
        } catch {
            Terminal.error.write("\(Terminal.error.styled(.red, "flagpole:")) \(error)\n")
            return error.status
        }
    }

    private static func dispatch(_ arguments: [String]) throws(CommandError) -> Int32 {
        guard let first = arguments.first else {
            Terminal.error.write(overview)
            return CommandError.usageStatus
        }
        switch first {
        case "--help", "-h":
            Terminal.output.write(overview)
            return 0
        case "--version":
            Terminal.output.write("flagpole \(version)\n")
            return 0
        default:
            break
        }
        guard let named = commands.first(where: { $0.name == first }) else {
            let nearest = Spelling.nearest(to: first, among: commands.map(\.name))
            let suggestion = nearest.map { "did you mean \($0)?" } ?? "`flagpole --help` lists the commands"
            throw .usage("unknown command \(first.printable): \(suggestion)")
        }
        let (command, rest) = try named.action(in: arguments.dropFirst())
        let parsed = try ParsedArguments(rest, of: command)
        guard !parsed.has(.help) else {
            Terminal.output.write(command.help)
            return 0
        }
        return try command.run(parsed)
    }

    private static var overview: String {
        """
        flagpole: news that is pushed to Redis lists, as server-sent events

        usage: flagpole COMMAND [OPTION...]

        \(Command.columns(commands.map { ($0.name, $0.summary) }))

        `flagpole COMMAND --help` explains a command, `flagpole --version` tells the version.

        """
    }
}
