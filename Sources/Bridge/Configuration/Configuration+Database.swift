import Glibc

extension Configuration {
    /// The SQLite database.
    package struct Database: Sendable, Equatable {
        /// What a commit waits for; less would give up log positions that were given out.
        package enum Synchronous: String, CaseIterable, Sendable {
            /// A power cut may take the last commits, but harms nothing.
            case normal
            /// Every commit is on disk.
            case full
        }

        /// A path that was configured; see ``Configuration/databasePath``.
        var explicitPath: String?
        package var synchronous = Synchronous.normal
        /// How long notifications are kept; 0: for ever.
        package var retentionDays = 30
        /// The file's permissions.
        package var mode: mode_t = 0o600

        static let settings: [Setting<Configuration>] = [
            Setting("database.path", \.databasePath, .path),
            Setting("database.synchronous", \.database.synchronous, .choice()),
            Setting("database.retention_days", \.database.retentionDays, .integer(0...36_500)),
            Setting("database.mode", \.database.mode, .fileMode),
        ]
    }
}
