import Bridge

extension Flagpole {
    static let serve = Command(
        name: "serve", summary: "run the bridge until it is told to end", options: [.config, .environmentFile]
    ) { arguments throws(CommandError) in
        // What the banner tells to type finds the same configuration.
        let given = [CommandOption.config, .environmentFile].compactMap { option in
            arguments[option].map { " --\(option.name) \($0)" }
        }
        return BridgeServer.run(try arguments.configuration(), version: version, options: given.joined())
    }
}
