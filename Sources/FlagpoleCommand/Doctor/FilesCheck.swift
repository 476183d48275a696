import Bridge
import Glibc
import Reactor
import SQLite

/// Looks at directory, database, disk and limits.
struct FilesCheck {
    private static let integrityLimit: Int64 = 1 << 30
    private static let leastFreeBytes: UInt64 = 256 << 20

    let configuration: Configuration
    let directory: ObservedDirectory?

    var findings: [Finding] { [dataDirectory, disk] + database + [descriptors] + generators }

    private var dataDirectory: Finding {
        let path = configuration.dataDirectory
        var parent = path
        while access(parent, F_OK) != 0, parent != "." && parent != "/" {
            parent = parent.lastIndex(of: "/").map { $0 == parent.startIndex ? "/" : String(parent[..<$0]) } ?? "."
        }
        guard access(parent, W_OK | X_OK) == 0 else {
            return .fail("data", "\(parent) may not be written", "let the bridge's user write there, or set data_dir")
        }
        guard parent == path else { return .ok("data", "\(path) will be made by the first start") }
        return .ok(
            "data", directory?.holder.map { "\(path) is used by the bridge with pid \($0)" } ?? "\(path), not in use")
    }

    private var disk: Finding {
        var status = statvfs()
        guard statvfs(configuration.dataDirectory, &status) == 0 || statvfs(".", &status) == 0 else {
            return .warn("disk", "its room cannot be told", "look at it with df")
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let text = "\(free >> 20) MiB free"
        guard free >= Self.leastFreeBytes else {
            return .warn("disk", text, "make room: on a full disk entries wait in Redis until there is some")
        }
        return .ok("disk", text)
    }

    private var database: [Finding] {
        let path = configuration.databasePath
        guard access(path, F_OK) == 0 else { return [.ok("database", "\(path) will be made by the first start")] }
        do {
            let connection = try SQLiteConnection(path: path, access: .readOnly, busyTimeoutMilliseconds: 5000)
            let statuses = try Migrator.status(connection, Schema.migrations)
            let pending = statuses.count { $0.appliedAt == nil }
            var findings: [Finding] = [
                pending == 0
                    ? .ok("database", "\(path), schema version \(statuses.last?.migration.number ?? 0)")
                    : .warn(
                        "database", "\(path) lacks \(pending) migrations",
                        "the next start applies them, or flagpole migrate")
            ]
            findings.append(try integrity(connection, path))
            if let clock = try newest(connection) { findings.append(clock) }
            return findings
        } catch let error as MigrationError {
            return [.fail("database", path, "\(error)")]
        } catch {
            return [.fail("database", "\(path): \(error)", "restore a copy, or move it away and start with a new one")]
        }
    }

    /// A check of the whole file, unless that is so large that it would take long.
    private func integrity(_ connection: SQLiteConnection, _ path: String) throws -> Finding {
        let size =
            (try connection.scalarInt("PRAGMA page_count") ?? 0) * (try connection.scalarInt("PRAGMA page_size") ?? 0)
        guard size <= Self.integrityLimit else {
            return .warn(
                "integrity", "not looked at, as the database has \(size >> 20) MiB",
                "ask it when there is time: sqlite3 \(path) 'PRAGMA quick_check'")
        }
        let answer = try connection.scalarText("PRAGMA quick_check(1)") ?? ""
        guard answer == "ok" else {
            return .fail("integrity", answer, "restore a copy, or save what can be read: sqlite3 \(path) .recover")
        }
        return .ok("integrity", "\(size >> 10) KiB, sound")
    }

    /// Whether the clock was once ahead of what it is now.
    private func newest(_ connection: SQLiteConnection) throws -> Finding? {
        guard try connection.scalarInt("SELECT 1 FROM sqlite_schema WHERE name = 'notifications'") != nil,
            let newest = try connection.scalarInt(
                "SELECT max(stored_at) FROM (SELECT stored_at FROM notifications ORDER BY seq DESC LIMIT 100)")
        else { return nil }
        let ahead = (newest - WallClock.unixMilliseconds) / 1000
        guard ahead > 60 else { return nil }
        return .warn("clock", "the newest notifications are dated \(ahead) s ahead", "let the clock be set by NTP")
    }

    private var descriptors: Finding {
        let possible = max(1, OpenFileLimit.highest - 128)
        let wanted = configuration.server.maxStreams
        let text = "\(OpenFileLimit.highest) open files may be had, so \(possible) streams"
        let isDefault = wanted == Configuration().server.maxStreams
        guard wanted > possible, !isDefault || possible < 10_000 else { return .ok("open files", text) }
        return .warn("open files", "\(text), and server.max_streams is \(wanted)", "raise it: ulimit -Hn, LimitNOFILE")
    }

    private var generators: [Finding] {
        configuration.generators.map { generator in
            let program = generator.command[0]
            guard let path = Executable.find(program) else {
                return .warn(
                    "generator", "\(generator.feed): \(program) is not there, or may not be run",
                    "install it, chmod +x it, or start the bridge where it is found")
            }
            return .ok("generator", "\(generator.feed): \(path)")
        }
    }
}
