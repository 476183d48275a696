import Foundation
import SQLite
import Testing

/// The database is full, locked, gone, another one or broken: nothing is sent that is not in it, and what was pushed
/// meanwhile arrives once it is itself again.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DatabaseFaultTests {
    /// A bridge with a stream that hears a heartbeat ten times a second, and has received `before`.
    private func running(_ settings: FlagpoleProcess.Settings = [:]) throws -> (FlagpoleProcess, EventStreamClient) {
        let bridge = try FlagpoleProcess(
            settings.merging(["server": ["port": 0, "retry_ms": 200, "ping_ms": 100]]) { given, _ in given })
        let stream = try bridge.liveStream("feed=user:42")
        try bridge.redis().push(#"{"id":"before"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["before"])
        return (bridge, stream)
    }

    /// Expects that the stream stays open and hears nothing but heartbeats.
    private func expectSilence(_ stream: EventStreamClient, heartbeats: Int = 3) throws {
        for _ in 0..<heartbeats { #expect(try stream.event().event == "ping") }
    }

    private func expectReason(_ text: String, of bridge: FlagpoleProcess) throws {
        try eventually("the reason: \(text)") {
            let answer = try bridge.get("/readyz")
            return answer.status == 503 && answer.json["reasons"]?["database"]?.asString?.contains(text) == true
        }
    }

    private func expectReady(_ bridge: FlagpoleProcess) throws {
        try eventually("readiness") { try bridge.get("/readyz").status == 200 }
    }

    private func position(_ bridge: FlagpoleProcess) throws -> Int64? {
        try bridge.database().scalarInt("SELECT position FROM feeds WHERE name = 'user:42'")
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root may mount a file system"))
    func `a full disk stops delivery until there is room`() throws {
        let disk = try SmallDisk(megabytes: 2)
        let (bridge, stream) = try running(["database": ["path": disk.path("flagpole.sqlite3")]])
        try disk.fill()
        let text = String(repeating: "x", count: 20_000)
        let ids = (1...20).map { "n\($0)" }
        try bridge.redis().push(ids.map { #"{"id":"\#($0)","text":"\#(text)"}"# }, to: "user:42")
        try expectReason("disk is full", of: bridge)
        try expectSilence(stream)
        let database = try SQLiteConnection(path: disk.path("flagpole.sqlite3"), access: .readOnly)
        #expect(try database.scalarInt("SELECT count(*) FROM notifications") == 1)
        #expect(try database.scalarInt("SELECT position FROM feeds") == 1)

        // A newcomer is served from what is there.
        #expect(try bridge.stream("feed=user:42").untilLive().map(\.notificationID) == ["before"])
        disk.makeRoom()
        #expect(try stream.ids(20) == ids)
        try expectReady(bridge)
    }

    @Test(arguments: isTrial ? [1, 10] : [1])
    func `a database that another process has locked delays delivery, and no more`(seconds: Int) throws {
        let (bridge, stream) = try running()
        let other = try bridge.database(.readWrite)
        try other.execute("BEGIN IMMEDIATE")
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        try expectSilence(stream, heartbeats: 10 * seconds)
        // It has waited five seconds for the lock by then.
        if seconds > 5 { try expectReason("database is locked", of: bridge) }
        #expect(try position(bridge) == 1)
        #expect(try (bridge.metric("flagpole_last_tick_age_seconds") ?? 9) < 1)
        try other.execute("COMMIT")
        #expect(try stream.ids(1) == ["a"])
        try expectReady(bridge)
    }

    @Test func `a database that is moved away is not written into, and delivery goes on when it is back`() throws {
        let (bridge, stream) = try running()
        let path = bridge.directory.path("data/flagpole.sqlite3")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        try expectReason("was removed or replaced while in use", of: bridge)
        try expectSilence(stream)
        #expect(!FileManager.default.fileExists(atPath: path))

        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(try stream.ids(1) == ["a"])
        try expectReady(bridge)
        #expect(try position(bridge) == 2)
    }

    @Test func `a database that is removed for good is begun anew at the next start, from the lists`() throws {
        let (bridge, stream) = try running()
        let cursor = stream.lastEventID
        for suffix in ["", "-wal", "-shm"] {
            try FileManager.default.removeItem(atPath: bridge.directory.path("data/flagpole.sqlite3\(suffix)"))
        }
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        try expectReason("restart flagpole", of: bridge)
        try expectSilence(stream)

        #expect(try bridge.stop() == 0)
        try bridge.start()
        let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
        let resync = try back.notifications(1)[0]
        #expect(resync.event == "resync")
        let items = resync.data.json["feeds"]?["user:42"]?["items"]?.asArray ?? []
        let seen = items.compactMap { $0["id"]?.asString }
        #expect(try seen + back.ids(2 - seen.count) == ["before", "a"])
    }

    @Test func `an older copy in the database's place is not taken for it`() throws {
        let (bridge, stream) = try running()
        let path = bridge.directory.path("data/flagpole.sqlite3")
        try bridge.database(.readWrite).execute("VACUUM INTO '\(bridge.directory.path("copy"))'")
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        #expect(try stream.ids(1) == ["a"])
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
        try FileManager.default.moveItem(atPath: bridge.directory.path("copy"), toPath: path)
        try bridge.redis().push(#"{"id":"b"}"#, to: "user:42")
        try expectReason("restart flagpole", of: bridge)
        try expectSilence(stream)

        let cursor = stream.lastEventID
        #expect(try bridge.stop() == 0)
        try bridge.start()
        let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", cursor)])
        let resync = try back.notifications(1)[0]
        #expect(resync.event == "resync")
        let items = resync.data.json["feeds"]?["user:42"]?["items"]?.asArray ?? []
        let seen = items.compactMap { $0["id"]?.asString }
        #expect(try seen + back.ids(3 - seen.count) == ["before", "a", "b"])
    }

    @Test func `a broken database keeps streams open, and they go on when it is mended`() throws {
        let bridge = try FlagpoleProcess(["server": ["port": 0, "ping_ms": 100]])
        let watching = try bridge.liveStream("feed=user:42")
        let pages = try #require(try bridge.database().scalarInt("PRAGMA page_count"))
        let front = Int(try #require(try bridge.database().scalarInt("PRAGMA page_size")) * pages)
        try bridge.redis().push(
            (1...50).map { #"{"id":"n\#($0)","text":"\#(String(repeating: "x", count: 2000))"}"# }, to: "user:42")
        _ = try watching.notifications(50)
        #expect(try bridge.stop() == 0)

        let file = bridge.directory.path("data/flagpole.sqlite3")
        let whole = try Data(contentsOf: URL(filePath: file))
        // All but the schema and what was there at the beginning.
        try overwrite(file, with: Data(repeating: 0x5A, count: whole.count - front), at: UInt64(front))
        try bridge.start()
        let stream = try bridge.stream("feed=user:42")
        try expectReason("malformed", of: bridge)
        let reason = try #require(bridge.get("/readyz").json["reasons"]?["database"]?.asString)
        #expect(reason.hasPrefix("the database is damaged") && reason.contains("move the file away"))
        #expect(!reason.contains("\n") && !reason.contains("SELECT") && !reason.contains("PRAGMA"))
        while try stream.event().event != "ping" {}
        try expectSilence(stream)

        try overwrite(file, with: whole.dropFirst(front), at: UInt64(front))
        try bridge.redis().push(#"{"id":"last"}"#, to: "user:42")
        #expect(try stream.ids(51).last == "last")
        try expectReady(bridge)
    }

    @Test func `a commit that seemed to fail and lasted is sent once, also to a stream that is just catching up`()
        throws
    {
        let bridge = try FlagpoleProcess(["server": ["port": 0, "max_pending_bytes": 4096]], starts: false)
        try bridge.start(faults: ["FAULT_ERROR": "committed:3"])
        let live = try bridge.liveStream("feed=user:42")
        let slow = try bridge.stream("feed=user:42", receiveBuffer: 4096)
        try slow.untilLive()
        // Each is a commit of its own; the second is more than the slow stream's socket and memory take.
        let text = String(repeating: "x", count: 60_000)
        let pushes = [["a"], (1...100).map { "b\($0)" }, ["c"], ["d"]]
        for ids in pushes {
            try bridge.redis().push(
                ids.map { #"{"id":"\#($0)","text":"\#(ids.count > 1 ? text : "")"}"# }, to: "user:42")
            #expect(try live.ids(ids.count) == ids)
        }
        #expect(bridge.log.contains("disk I/O error"))
        #expect(try slow.ids(103) == pushes.flatMap(\.self))
        try bridge.redis().push(#"{"id":"last"}"#, to: "user:42")
        #expect(try live.ids(1) + slow.ids(1) == ["last", "last"])
    }

    @Test func `a commit that seemed to fail and lasted stores nothing twice, also of a trimmed list without ids`()
        throws
    {
        let bridge = try FlagpoleProcess(starts: false)
        try bridge.start(faults: ["FAULT_ERROR": "committed:5"])
        let stream = try bridge.liveStream("feed=user:42")
        for number in 1...8 {
            try bridge.redis().push(#"{"number":\#(number)}"#, to: "user:42")
            try bridge.redis().command("LTRIM", "notifications:user:42", "-2", "-1")
            #expect(try stream.notifications(1).map(\.data) == [#"{"number":\#(number)}"#])
        }
        #expect(bridge.log.contains("disk I/O error"))
        #expect(try bridge.database().scalarInt("SELECT count(*) FROM notifications") == 8)
    }

    /// Writes into a file as it stands, as a disk that goes wrong does.
    private func overwrite(_ path: String, with data: Data, at offset: UInt64) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: data)
        try file.close()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "only root may mount a file system"))
    func `a database in a directory that is read-only stops the start with the reason`() throws {
        let disk = try SmallDisk(megabytes: 2)
        let bridge = try FlagpoleProcess(["database": ["path": disk.path("flagpole.sqlite3")]])
        #expect(try bridge.stop() == 0)
        try disk.setReadOnly()
        #expect(try bridge.startInVain() == 1)
        #expect(bridge.log.contains("database.path \(disk.path("flagpole.sqlite3")) cannot be used"))
    }

    @Test func `a start in vain takes no stream's cursor away`() throws {
        let (bridge, stream) = try running()
        let (files, path) = (FileManager.default, bridge.directory.path("data/flagpole.sqlite3"))
        #expect(try bridge.stop() == 0)
        try files.moveItem(atPath: path, toPath: path + ".away")
        try files.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(try bridge.startInVain() == 1)

        try files.removeItem(atPath: path)
        try files.moveItem(atPath: path + ".away", toPath: path)
        try bridge.start()
        try bridge.redis().push(#"{"id":"a"}"#, to: "user:42")
        let back = try bridge.stream("feed=user:42", headers: [("Last-Event-ID", stream.lastEventID)])
        #expect(try back.ids(1) == ["a"])
    }
}
