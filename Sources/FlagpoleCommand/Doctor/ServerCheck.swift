import Bridge

/// Looks at the bridge's address: whether a bridge answers there, or one could be started.
struct ServerCheck {
    let configuration: Configuration
    let directory: ObservedDirectory?
    /// Nil where the kernel has chosen the port.
    let address: ServerAddress?

    var findings: [Finding] { bridge + [access] }

    private var bridge: [Finding] {
        guard let address else {
            return [.ok("server", "server.port is 0: the kernel chooses; name the port by --url to look at a bridge")]
                + operators
        }
        let client = BridgeClient(address: address, patience: .seconds(2))
        do throws(CommandError) {
            let (status, value) = try client.answer("/readyz")
            guard let state = value["status"]?.asString else {
                return [elsewhere("\(address) answers, but is no bridge")]
            }
            var findings: [Finding] = [.ok("server", "a bridge answers at \(address)")]
            for (part, reason) in value["reasons"]?.asObject ?? [:] {
                findings.append(.fail("ready", part, reason.asString ?? "see /readyz"))
            }
            if findings.count == 1 {
                findings.append(
                    status == .ok
                        ? .ok("ready", "nothing keeps it from its work")
                        : .fail("ready", state, "see \(address)/readyz"))
            }
            return findings
        } catch {
            guard directory?.holder == nil else {
                return [
                    .fail(
                        "server", "\(error)",
                        "the bridge runs, and is not there: was server.port changed since it was started?")
                ]
            }
            guard let reason = configuration.listeningFails() else {
                return [.ok("server", "\(address) is free for a bridge")] + operators
            }
            return [elsewhere(reason)] + operators
        }
    }

    /// What is wrong with the operators' address, which a bridge that runs would have.
    private var operators: [Finding] {
        guard directory?.holder == nil, let reason = configuration.operatorsListeningFails() else { return [] }
        return [.fail("admin", reason, "stop that program, or set server.admin")]
    }

    private func elsewhere(_ text: String) -> Finding {
        .fail("server", text, "stop that program, or set server.port")
    }

    private var access: Finding {
        let mode = configuration.auth.mode
        if mode == .open { return .ok("access", "open to all on this machine: auth.mode is \"open\"") }
        guard configuration.auth.ownKey != nil else {
            return .warn(
                "access", "auth.mode is \"\(mode.rawValue)\", and there is no admin key",
                "set FLAGPOLE_ADMIN_KEY, or nobody can publish over HTTP or see metrics")
        }
        return .ok("access", "auth.mode is \"\(mode.rawValue)\", with an admin key")
    }
}
