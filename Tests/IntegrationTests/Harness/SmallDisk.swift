import Foundation

/// A file system of a few megabytes in memory, unmounted with the value.
final class SmallDisk {
    /// Whether this process may mount one.
    static let isPossible = geteuid() == 0 && (try? SmallDisk(megabytes: 1)) != nil

    private let directory: TemporaryDirectory

    init(megabytes: Int) throws {
        directory = try TemporaryDirectory()
        guard try run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", directory.path) == 0 else {
            throw HarnessError("no tmpfs can be mounted")
        }
    }

    deinit { _ = try? run("umount", "--lazy", directory.path) }

    func path(_ name: String) -> String { directory.path(name) }

    /// Leaves no room at all.
    func fill() throws {
        let descriptor = open(path("filler"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
    }

    func makeRoom() { unlink(path("filler")) }

    func setReadOnly() throws { try remount("ro") }

    func setWritable() throws { try remount("rw") }

    private func remount(_ option: String) throws {
        guard try run("mount", "-o", "remount,\(option)", directory.path) == 0 else {
            throw HarnessError("the tmpfs cannot be remounted \(option)")
        }
    }

    private func run(_ arguments: String...) throws -> Int32 { try ChildProcess(arguments).wait() }
}
