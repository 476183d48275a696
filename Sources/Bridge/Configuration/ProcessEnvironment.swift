/// The environment that this process was started with.
package enum ProcessEnvironment {
    /// Reads it from the kernel (proc(5)), so that no code shares C's mutable table; variables in another encoding
    /// than UTF-8 are left out.
    package static func read() throws(ConfigurationError) -> [String: String] {
        var environment: [String: String] = [:]
        for entry in try ConfigurationFile.read("/proc/self/environ").split(separator: 0) {
            guard let text = String(validating: entry, as: UTF8.self), let equals = text.firstIndex(of: "=") else {
                continue
            }
            environment[String(text[..<equals])] = String(text[equals...].dropFirst())
        }
        return environment
    }
}
