import Bridge

extension Flagpole {
    static let config = Command(
        name: "config", operands: "[check]", operandCount: 0...1,
        summary: "print the configuration as it is in effect, or only check it",
        details: """
            What counts, from the least to the most: the defaults, the configuration file, the file of --env-file, the
            environment. A setting's name in the environment is FLAGPOLE_ and its path in capitals, such as
            FLAGPOLE_SERVER_PORT; kinds, events, routes and generators stand in the file only.
            """,
        options: [.config, .environmentFile]
    ) { arguments throws(CommandError) in
        if let operand = arguments.operands.first, operand != "check" {
            throw .usage("flagpole config does not take \(operand.printable): did you mean check?")
        }
        let configuration = try arguments.configuration()
        if arguments.operands.isEmpty {
            Terminal.output.write(configuration.encoded())
        } else if !arguments.hasConfigurationFile {
            Terminal.output.write(
                "there is no config.json here: the defaults are in effect, and what the environment says\n")
        } else {
            Terminal.output.write("\((arguments[.config] ?? "config.json").printable) is valid\n")
        }
        return 0
    }
}
