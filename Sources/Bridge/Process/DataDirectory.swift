import CLinux
import Feeds
import Glibc

/// Why the bridge cannot start; one line that says what to do.
package struct StartError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What failed on a file, with the kernel's reason.
    init(_ what: String, code: Int32) {
        description = "\(what): \(String(cString: strerror(code)))"
    }
}

/// The bridge's directory, locked for as long as this value lives.
///
/// The kernel drops the lock with the process, however that ends, so no stale one can stand in a start's way.
final class DataDirectory: Sendable {
    let path: String
    private let lock: Int32
    private let markFile: Int32
    /// Names this directory on this machine, the same at every start.
    let identity: String

    init(_ path: String) throws(StartError) {
        self.path = path
        let file = "\(path)/flagpole.lock"
        lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw StartError("data_dir \(path) is not writable (\(file))", code: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            var text = [UInt8](repeating: 0, count: 20)
            let count = read(lock, &text, text.count)
            close(lock)
            let pid = String(decoding: text.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            throw StartError(
                "another flagpole (pid \(pid)) uses data_dir \(path); stop it, or give this one a data_dir of its own")
        }
        markFile = open("\(path)/flagpole.mark", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard markFile >= 0 else { throw StartError("data_dir \(path) is not writable (flagpole.mark)", code: errno) }
        identity = DataDirectory.identity(lock)
    }

    deinit {
        close(lock)
        close(markFile)
    }

    fileprivate static func identity(_ lock: Int32) -> String {
        var status = stat()
        fstat(lock, &status)
        var host = [CChar](repeating: 0, count: 65)
        gethostname(&host, host.count - 1)
        let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(name):\(status.st_dev):\(status.st_ino)"
    }

    /// How the lock file has looked since it was last taken into use: see `DatabaseIdentity`.
    var lineage: String { DataDirectory.appearance(lock) }

    /// Writes this process into the lock file, which from then on looks as it never did before.
    ///
    /// - Returns: The new lineage.
    func takeIntoUse() -> String {
        let pid = Array("\(getpid())\n".utf8)
        ftruncate(lock, 0)
        pwrite(lock, pid, pid.count, 0)
        fsync(lock)
        return lineage
    }

    /// Notes the last position that streams were told of, outside the database, so that an older copy of it is known.
    ///
    /// From one thread. It is not synced: what a power cut takes here makes no difference, since it takes no less of
    /// the log.
    func mark(_ position: LogPosition) {
        var value = position.littleEndian
        pwrite(markFile, &value, 8, 0)
    }

    /// The last position that was noted.
    var marked: LogPosition {
        var value: LogPosition = 0
        return pread(markFile, &value, 8, 0) == 8 ? LogPosition(littleEndian: value) : 0
    }

    /// What no copy of the file has: its inode and when its status changed, which no tool can set.
    private static func appearance(_ descriptor: Int32) -> String {
        var status = stat()
        fstat(descriptor, &status)
        return "\(status.st_ino).\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
    }
}

/// A bridge's directory as others see it, who leave it as it is.
package struct ObservedDirectory: Sendable {
    /// What names it in the lease; see ``DataDirectory/identity``.
    package let identity: String
    /// The process that has it locked, as that has written it; nil where none has.
    package let holder: String?

    /// Looks at a directory; nil where no bridge has used it yet.
    package init?(_ path: String) {
        let lock = open("\(path)/flagpole.lock", O_RDONLY | O_CLOEXEC)
        guard lock >= 0 else { return nil }
        defer { close(lock) }
        identity = DataDirectory.identity(lock)
        guard flock(lock, LOCK_SH | LOCK_NB) != 0 else {
            flock(lock, LOCK_UN)
            holder = nil
            return
        }
        var text = [UInt8](repeating: 0, count: 20)
        let count = read(lock, &text, text.count)
        holder = String(decoding: text.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
