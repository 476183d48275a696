import Glibc

extension Configuration {
    /// Creates the directories of data and database, private to their owner, and an empty database file with the
    /// configured permissions; what is there already stays as it is.
    package func createFiles() throws(ConfigurationError) {
        try Self.createDirectory(dataDirectory[...])
        if let slash = databasePath.lastIndex(of: "/") { try Self.createDirectory(databasePath[..<slash]) }
        let descriptor = open(databasePath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, database.mode)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw Self.failure("database.path", databasePath) }
            return
        }
        defer { close(descriptor) }
        // The process's umask may have taken permissions away.
        guard fchmod(descriptor, database.mode) == 0 else { throw Self.failure("database.mode", databasePath) }
    }

    private static func createDirectory(_ path: Substring) throws(ConfigurationError) {
        guard !path.isEmpty, access(String(path), F_OK) != 0 else { return }
        if let slash = path.lastIndex(of: "/") { try createDirectory(path[..<slash]) }
        guard mkdir(String(path), 0o700) == 0 || errno == EEXIST else { throw failure("data_dir", String(path)) }
    }

    private static func failure(_ setting: String, _ path: String) -> ConfigurationError {
        ConfigurationError("\(setting): \(path) cannot be created: \(String(cString: strerror(errno)))")
    }
}
