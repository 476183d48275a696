import Bridge
import Glibc
import JSON
import SQLite

extension Flagpole {
    private static let status = CommandOption(name: "status", summary: "list the migrations and apply none")

    static let migrate = Command(
        name: "migrate", summary: "bring the database to this version's schema",
        options: [.config, .environmentFile, status, .json]
    ) { arguments throws(CommandError) in
        let configuration = try arguments.configuration()
        let isListing = arguments.has(status)
        do {
            let statuses = try isListing ? statuses(of: configuration) : apply(to: configuration)
            Terminal.output.write(
                arguments.has(.json) ? json(statuses) : text(statuses, isListing: isListing))
        } catch {
            throw CommandError.failure("\(configuration.databasePath): \(error)")
        }
        return 0
    }

    /// Every migration; of a database that is not there yet all are pending.
    private static func statuses(of configuration: Configuration) throws -> [Migrator.Status] {
        let isThere = access(configuration.databasePath, F_OK) == 0
        let connection = try SQLiteConnection(
            path: isThere ? configuration.databasePath : ":memory:", access: .readWrite, busyTimeoutMilliseconds: 5000)
        return try Migrator.status(connection, Schema.migrations)
    }

    /// The migrations that were applied now.
    private static func apply(to configuration: Configuration) throws -> [Migrator.Status] {
        try configuration.createFiles()
        let connection = try SQLiteConnection(
            path: configuration.databasePath, access: .readWriteCreate, busyTimeoutMilliseconds: 5000)
        let applied = try Migrator.migrate(connection, Schema.migrations).map(\.number)
        return try Migrator.status(connection, Schema.migrations).filter { applied.contains($0.migration.number) }
    }

    private static func text(_ statuses: [Migrator.Status], isListing: Bool) -> String {
        guard !statuses.isEmpty else { return "the database is up to date\n" }
        return statuses.map { status in
            let time = status.appliedAt.map { RFC3339.format(unixMilliseconds: $0) }
            let state = isListing ? time.map { "applied \($0)" } ?? "pending" : "applied"
            return "\(status.migration.number) \(status.migration.name): \(state)\n"
        }.joined()
    }

    private static func json(_ statuses: [Migrator.Status]) -> String {
        let migrations = statuses.map { status in
            JSONValue.object([
                "number": .number(String(status.migration.number)),
                "name": .string(status.migration.name),
                "applied_at": status.appliedAt.map { .string(RFC3339.format(unixMilliseconds: $0)) } ?? .null,
            ])
        }
        let object = JSONValue.object(["migrations": .array(migrations)])
        return String(decoding: object.encoded(), as: UTF8.self) + "\n"
    }
}
