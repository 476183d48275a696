import Bridge

extension Flagpole {
    static let serve = Command(
        name: "serve", summary: "run the bridge until it is told to end", options: [.config, .environmentFile]
    ) { arguments throws(CommandError) in
        BridgeServer.run(try arguments.configuration(), version: version)
    }
}
