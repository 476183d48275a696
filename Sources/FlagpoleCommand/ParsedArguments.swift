import Bridge
import Glibc

/// A command's arguments, sorted into operands and options.
struct ParsedArguments: Sendable {
    private(set) var operands: [String] = []
    /// By the option's name; of one that is given twice the last value counts.
    private var values: [String: String] = [:]

    /// Sorts the arguments: `--name value` or `--name=value`, in any order; after `--` all are operands.
    ///
    /// With `--help` nothing else needs to be right.
    init(_ arguments: ArraySlice<String>, of command: Command) throws(CommandError) {
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                operands += rest
                break
            } else if argument == "-h" {
                values[CommandOption.help.name] = ""
            } else if argument.hasPrefix("--") {
                try readOption(argument.dropFirst(2), &rest, of: command)
            } else if argument.hasPrefix("-"), argument.count > 1 {
                throw command.unknownOption(argument)
            } else {
                operands.append(argument)
            }
        }
        guard !has(.help) else { return }
        if operands.count < command.operandCount.lowerBound {
            throw .usage("\(command.operands) is missing: flagpole \(command.name) \(command.operands)")
        }
        if operands.count > command.operandCount.upperBound {
            let extra = operands[command.operandCount.upperBound]
            throw .usage("flagpole \(command.name) does not take \(command.repeated(extra))")
        }
    }

    subscript(option: CommandOption) -> String? { values[option.name] }

    func has(_ option: CommandOption) -> Bool { values[option.name] != nil }

    private mutating func readOption(
        _ argument: Substring, _ rest: inout ArraySlice<String>, of command: Command
    ) throws(CommandError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = command.allOptions.first(where: { $0.name == name }) else {
            let nearest = Spelling.nearest(to: name, among: command.allOptions.map(\.name))
            throw command.unknownOption("--\(name)", suggestion: nearest.map { "did you mean --\($0)?" })
        }
        switch (option.value, parts.count) {
        case (nil, 2): throw .usage("--\(name) takes no value")
        case (nil, _): values[name] = ""
        case (_?, 2): values[name] = String(parts[1])
        case (let placeholder?, _):
            guard !rest.isEmpty else { throw .usage("--\(name) needs a value: --\(name) \(placeholder)") }
            values[name] = rest.removeFirst()
        }
    }
}

extension ParsedArguments {
    /// An option's value as a number of at least 1; nil where it is not given.
    func count(_ option: CommandOption) throws(CommandError) -> Int? {
        guard let text = self[option] else { return nil }
        guard let count = Int(text), count > 0 else {
            throw .usage("--\(option.name) is \(text.printable): allowed is a whole number from 1")
        }
        return count
    }

    /// The configuration that the options name.
    func configuration() throws(CommandError) -> Configuration {
        do throws(ConfigurationError) {
            return try Configuration.load(
                path: self[.config], environmentFile: self[.environmentFile], environment: ProcessEnvironment.read())
        } catch {
            throw .failure(error.description)
        }
    }

    /// Whether there is a configuration file, as there need not be if none is named.
    var hasConfigurationFile: Bool { self[.config] != nil || access(Configuration.defaultPath, F_OK) == 0 }

    /// Where the bridge is reached that the options name, with the first admin key of the environment.
    func address() throws(CommandError) -> ServerAddress {
        let configuration = try configuration()
        var address: ServerAddress
        // The key is not sent in the clear to a server elsewhere.
        var isOwn = true
        if let url = self[.url] {
            address = try ServerAddress(parsing: url)
            if case .tcp(let host, _) = address.endpoint {
                isOwn = address.isLocal || host == configuration.server.host
            }
        } else if let path = configuration.server.socketPath {
            address = ServerAddress(.unix(path: path))
        } else {
            guard configuration.server.port != 0 else {
                throw .failure("server.port is 0, so the kernel has chosen: name the port by --url http://HOST:PORT")
            }
            address = ServerAddress(.tcp(host: configuration.server.host, port: String(configuration.server.port)))
        }
        if isOwn { address.key = configuration.auth.ownKey }
        return address
    }
}
