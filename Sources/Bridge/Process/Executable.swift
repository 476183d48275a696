import Glibc

/// Programs on this machine.
package enum Executable {
    /// The path of a program: as it stands where it has a slash, else from `PATH` or the usual folders; nil where there
    /// is none that may be run.
    package static func find(_ name: String) -> String? {
        guard !name.contains("/") else { return isProgram(name) ? name : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/bin", "/usr/local/bin", "/usr/sbin"]
        return folders.map { "\($0)/\(name)" }.first(where: isProgram)
    }

    private static func isProgram(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
