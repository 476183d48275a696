import Foundation
import JSON
import Redis
import SQLite
import Testing

/// `flagpole quarantine`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct QuarantineCommandTests {
    private let bridge: FlagpoleProcess

    init() throws { bridge = try FlagpoleProcess(["poll": ["max_notification_bytes": 1024]]) }

    // MARK: - Looking at entries

    @Test func `the list shows what is wrong, the newest last, in lines that nothing breaks`() throws {
        #expect(try bridge.run("quarantine").errors.contains("nothing was set aside"))
        try bridge.setAside(BadEntryTests.badEntries.map(\.entry), in: "user:42")
        try bridge.setAside([Array("evil \u{1B}[31m\n \u{85} text".utf8)], in: "user:7")
        let count = BadEntryTests.badEntries.count + 1

        for arguments in [["quarantine"], ["quarantine", "list"]] {
            let result = try bridge.run(arguments)
            #expect(result.status == 0 && result.errors.isEmpty)
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == count + 1)
            #expect(lines.dropFirst().compactMap { Int($0.prefix { $0 != " " }) } == Array(1...count))
            #expect(lines[1].contains("user:42") && lines[1].contains("not JSON") && lines[1].contains(" 9 "))
            #expect(lines[1].hasSuffix(#"{"id":"a""#))
            #expect(lines[count].contains("user:7") && lines[count].hasSuffix(#"evil \u{1B}[31m\n \u{0085} text"#))
            #expect(lines.allSatisfy { $0.count < 180 })
        }
    }

    @Test func `the list can be narrowed, and says how much more there is`() throws {
        try bridge.setAside((1...7).map { Array("old \($0)".utf8) }, in: "user:1")
        try bridge.setAside([Array("other".utf8)], in: "user:2")
        let narrowed = try bridge.run("quarantine", "--feed", "user:1", "--limit", "2")
        #expect(narrowed.output.contains("old 6") && narrowed.output.contains("old 7"))
        #expect(narrowed.output.split(separator: "\n").count == 3)
        #expect(narrowed.errors.contains("5 more"))
        #expect(try bridge.run("quarantine", "--feed", "user:3").output.isEmpty)
    }

    @Test func `JSON lines hold the entries whole, in base 64 where they are no text`() throws {
        let entries: [[UInt8]] = [
            Array("a \"b\"\n".utf8), [], [0xFF], [0xFF, 0x00], [0xFE, 0x10, 0x83], Array(0...255),
        ]
        try bridge.setAside(entries, in: "user:42")
        let lines = try bridge.run("quarantine", "--json").output.split(separator: "\n").map { String($0).json }
        #expect(lines.map { $0["seq"]?.asInt } == Array(1...entries.count))
        for (line, entry) in zip(lines, entries) {
            #expect(line["feed"]?.asString == "user:42" && line["size"]?.asInt == entry.count)
            #expect(line["stored_at"]?.asString?.hasSuffix("Z") == true)
            if let text = String(validating: entry, as: UTF8.self) {
                #expect(line["entry"]?.asString == text && line["reason"]?.asString == "not-json")
            } else {
                let data = line["entry_base64"]?.asString.flatMap { Data(base64Encoded: $0) }
                #expect(data.map(Array.init) == entry && line["entry"] == nil)
            }
        }
        let shown = try bridge.run("quarantine", "show", "4", "--json")
        #expect(shown.output.json == lines[3] && shown.errors.isEmpty)
    }

    @Test func `show gives an entry back byte for byte, and tells apart from it what to do`() throws {
        let entry = Array(#"{"t":""#.utf8) + (128...255) + (0...255) + Array("\n".utf8)
        try bridge.setAside([entry], in: "user:42")
        let result = try bridge.run("quarantine", "show", "1")
        #expect(result.status == 0)
        #expect(FileManager.default.contents(atPath: bridge.directory.path("command-output")) == Data(entry))
        #expect(result.errors.contains("user:42") && result.errors.contains("not valid UTF-8; encode it as UTF-8"))
        let missing = try bridge.run("quarantine", "show", "2")
        #expect(missing.status == 1 && missing.errors.contains("no entry 2") && missing.output.isEmpty)
    }

    // MARK: - Being rid of them

    @Test func `an entry that is allowed now is delivered as it was pushed, and is set aside no more`() throws {
        let entry = #"{"id":"large","t":"\#(String(repeating: "x", count: 2000))"}"#
        try bridge.setAside([Array(entry.utf8)], in: "user:42")
        let refused = try bridge.run("quarantine", "resubmit", "1")
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(refused.errors.contains("1: larger than poll.max_notification_bytes"))
        #expect(try bridge.setAsideCount() == 1)

        let raised = ["FLAGPOLE_POLL_MAX_NOTIFICATION_BYTES": "4096"]
        try bridge.stop()
        try bridge.start(faults: raised)
        let stream = try bridge.liveStream("feed=user:42")
        let result = try bridge.run(["quarantine", "resubmit", "1"], environment: raised)
        #expect(result.status == 0 && result.output == "1 pushed to user:42 as large\n", "\(result.errors)")
        #expect(try stream.event().data == entry)
        #expect(try bridge.setAsideCount() == 0)
        #expect(try bridge.run("quarantine", "resubmit", "1").errors.contains("1: there is no such entry"))
    }

    @Test func `an entry that was mended is delivered in its place`() throws {
        try bridge.setAside([Array("no JSON".utf8), Array("neither".utf8)], in: "user:42")
        let stream = try bridge.liveStream("feed=user:42")
        let stillBad = try bridge.run("quarantine", "resubmit", "1", "--json", "[]")
        #expect(stillBad.status == 1 && stillBad.errors.contains("1: JSON, but not an object"))
        let result = try bridge.run("quarantine", "resubmit", "1", "--json", #"{"id":"a"}"#)
        #expect(result.status == 0)
        #expect(try stream.event().data == #"{"id":"a"}"#)
        #expect(try bridge.run("quarantine", "--json").output.json["seq"]?.asInt == 2)
    }

    @Test func `all of a feed are resubmitted, and those that are still bad stay, each with its reason`() throws {
        let large = (1...3).map { Array(#"{"n":\#($0),"t":"\#(String(repeating: "x", count: 2000))"}"#.utf8) }
        try bridge.setAside([large[0], Array("bad".utf8), large[1], large[2]], in: "user:1")
        try bridge.setAside([large[0]], in: "user:2")
        let raised = ["FLAGPOLE_POLL_MAX_NOTIFICATION_BYTES": "4096"]
        try bridge.stop()
        try bridge.start(faults: raised)
        let stream = try bridge.liveStream("feed=user:1")
        let result = try bridge.run(["quarantine", "resubmit", "--all", "--feed", "user:1"], environment: raised)
        #expect(result.status == 1)
        #expect(result.output.split(separator: "\n").map { $0.prefix(2) } == ["1 ", "3 ", "4 "])
        #expect(result.errors.contains("2: not JSON"))
        #expect(try stream.notifications(3).map { $0.data.json["n"] } == [.number("1"), .number("2"), .number("3")])
        let left = try bridge.run("quarantine", "--json").output.split(separator: "\n").map { String($0).json }
        #expect(left.map { $0["seq"]?.asInt } == [2, 5])
    }

    @Test func `what is pushed twice, since its removal was interrupted, is delivered once`() throws {
        try bridge.setAside([Array("no JSON".utf8)], in: "user:42")
        let stream = try bridge.liveStream("feed=user:42")
        let database = try bridge.database(.readWrite)
        try database.execute("CREATE TEMP TABLE copy AS SELECT * FROM quarantine")
        for _ in 1...2 {
            #expect(try bridge.run("quarantine", "resubmit", "1", "--json", #"{"t":"no id"}"#).status == 0)
            try database.execute("INSERT INTO quarantine SELECT * FROM copy")
        }
        try bridge.redis().push(#"{"id":"marker"}"#, to: "user:42")
        let events = try stream.notifications(2)
        #expect(events[0].data.json["t"]?.asString == "no id" && events[1].notificationID == "marker")
        #expect(try bridge.redis().command("LLEN", "notifications:user:42").integer == 4)
    }

    @Test func `entries are discarded, beside a bridge and without one`() throws {
        try bridge.setAside((1...4).map { Array("bad \($0)".utf8) }, in: "user:42")
        #expect(try bridge.run("quarantine", "discard", "3", "1").output == "1 discarded\n3 discarded\n")
        try bridge.stop()
        let partly = try bridge.run("quarantine", "discard", "3", "4")
        #expect(partly.status == 1 && partly.output == "4 discarded\n" && partly.errors.contains("3: there is no"))
        #expect(try bridge.run("quarantine", "discard", "--all").output == "2 discarded\n")
        #expect(try bridge.setAsideCount() == 0)
    }

    // MARK: - What goes wrong

    @Test func `without Redis nothing is pushed, and nothing removed`() throws {
        try bridge.setAside([Array("no JSON".utf8)], in: "user:42")
        try bridge.stop()
        let result = try bridge.run("quarantine", "resubmit", "1", "--json", "{}")
        #expect(result.status == 1 && result.output.isEmpty && result.errors.contains("flagpole serve"))
        #expect(try bridge.setAsideCount() == 1)
    }

    @Test func `an entry of a kind that is gone can only be discarded`() throws {
        try bridge.stop()
        try bridge.database(.readWrite).execute(
            """
            INSERT INTO quarantine (feed, entry, reason, stored_at)
            VALUES ('job:7', '{}', 'later-reason', 1000 * CAST(strftime('%s', 'now') AS INTEGER))
            """)
        #expect(try bridge.run("quarantine").output.contains("later-reason"))
        let result = try bridge.run("quarantine", "resubmit", "1")
        #expect(result.status == 1 && result.errors.contains("1: no kind is configured for job:7"))
        #expect(try bridge.run("quarantine", "discard", "1").status == 0)
    }

    @Test func `a database that is missing, or is none of this version, is named in one line and left alone`() throws {
        try bridge.stop()
        let path = bridge.directory.path("data/flagpole.sqlite3")
        try bridge.database(.readWrite).execute("INSERT INTO schema_migrations VALUES (9999, 'later', 0)")
        try bridge.expectFailure("9999")
        try FileManager.default.removeItem(atPath: path)
        try bridge.expectFailure("there is no database at \(path)")
        #expect(!FileManager.default.fileExists(atPath: path))
        try bridge.directory.write("", to: "data/flagpole.sqlite3")
        try bridge.expectFailure("flagpole migrate")
        try bridge.directory.write(String(repeating: "no database ", count: 500), to: "data/flagpole.sqlite3")
        try bridge.expectFailure("not a database")
    }

    @Test func `what cannot be understood is a usage error, and nothing happens`() throws {
        try bridge.setAside([Array("bad".utf8)], in: "user:42")
        let cases: [(arguments: [String], says: String)] = [
            (["shwo", "1"], "show"), (["1"], "--help"), (["show"], "SEQ"), (["show", "x"], "x"),
            (["show", "0"], "SEQ"), (["show", "1", "2"], "2"), (["list", "1"], "1"), (["--limit", "0"], "--limit"),
            (["--feed", "nobody"], "nobody"), (["discard"], "--all"), (["discard", "1", "--all"], "--all"),
            (["discard", "1", "--feed", "user:42"], "--feed"), (["resubmit"], "--all"),
            (["resubmit", "--all", "--json", "{}"], "--json"), (["resubmit", "1", "2", "--json", "{}"], "--json"),
            (["discard", "--all", "--feed", "nobody"], "nobody"), (["show", "1", "--all"], "--all"),
        ]
        for (arguments, says) in cases {
            let result = try bridge.run(["quarantine"] + arguments)
            #expect(result.status == 64 && result.output.isEmpty, "\(arguments) \(result.errors)")
            #expect(result.errors.contains(says), "\(arguments) \(result.errors)")
        }
        #expect(try bridge.setAsideCount() == 1)
        #expect(try bridge.run("quarantine", "--help").output.contains("resubmit SEQ..."))
        #expect(try bridge.run("quarantine", "resubmit", "--help").output.contains("--json JSON"))
    }
}

extension FlagpoleProcess {
    /// Pushes what is no entry, and waits until it was set aside.
    fileprivate func setAside(_ entries: [[UInt8]], in feed: String) throws {
        let before = try setAsideCount()
        let id = feed.dropFirst("user:".count)
        let redis = try redis()
        try redis.command(bytes: ["RPUSH", "notifications:user:\(id)"].map { Array($0.utf8) } + entries)
        try redis.command("SET", "user:\(id):has_new_notification", "1")
        let stream = try stream("feed=\(feed)")
        try eventually("\(entries.count) bad entries") { try setAsideCount() == before + Int64(entries.count) }
        withExtendedLifetime(stream) {}
    }

    fileprivate func setAsideCount() throws -> Int64 {
        try database(.readWrite).scalarInt("SELECT count(*) FROM quarantine") ?? 0
    }

    /// Runs every action, none of which can work.
    fileprivate func expectFailure(_ says: String) throws {
        for arguments in [[], ["show", "1"], ["resubmit", "--all"], ["discard", "1"]] {
            let result = try run(["quarantine"] + arguments)
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(result.errors.contains(says) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
    }
}
