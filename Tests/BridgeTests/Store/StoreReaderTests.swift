import Feeds
import Glibc
import Reactor
import SQLite
import Testing

@testable import Bridge

struct StoreReaderTests {
    private let test: TestStore
    private let telemetry = Telemetry.silent

    init() throws { test = try TestStore() }

    /// Calls `body` with a reader on its thread.
    private func withReader(_ body: (StoreReader) async throws -> Void) async throws {
        let reader = StoreReader(
            path: test.path, epoch: test.identity.epoch, limits: .init(backlog: 100, pageBytes: 65_536),
            telemetry: telemetry)
        let thread = NamedThread("test reader") { reader.executor.run() }
        defer {
            reader.executor.stop()
            thread.join()
        }
        try await body(reader)
        await reader.close()
    }

    @Test func `a database that could not be read is tried again by itself`() async throws {
        let feed = try FeedName(of: "user:1")
        try await withReader { reader in
            #expect(await reader.turn(.now) == .distantFuture)
            rename(test.path, test.path + ".away")
            let asked = MonotonicTime.now
            await #expect(throws: SQLiteError.self) { try await reader.unread(feed) }
            let next = await reader.turn(asked)
            #expect(next > asked && next < .now + 2000)
            #expect(await reader.turn(next) < .distantFuture)
            #expect(telemetry.readiness.all.map(\.part) == [.database])
            rename(test.path + ".away", test.path)
            #expect(await reader.turn(.now + 2000) == .distantFuture)
            #expect(telemetry.readiness.all.isEmpty)
        }
    }

    @Test func `a database that was closed is not opened again`() async throws {
        let feed = try FeedName(of: "user:1")
        try await withReader { reader in
            let count = try await reader.unread(feed)
            #expect(count == 0)
            await reader.close()
            await #expect(throws: StoreError.self) { try await reader.unread(feed) }
            #expect(await reader.turn(.now) == .distantFuture)
            #expect(telemetry.readiness.all.isEmpty)
        }
    }
}
