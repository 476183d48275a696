import SQLite

/// The database's schema: the files of `migrations/`, which the binary carries.
package enum Schema {
    /// All migrations, in order.
    ///
    /// A file's name is its number and its name: `001_initial.sql`.
    package static let migrations: [Migration] = EmbeddedFiles.migrations.compactMap { file in
        let parts = file.name.dropLast(".sql".count).split(separator: "_", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]) else { return nil }
        return Migration(number: number, name: String(parts[1]), sql: file.text)
    }
}
