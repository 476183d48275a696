import Foundation
import Logging
import Synchronization
import Testing

/// The lines that a logger wrote, one a call.
private final class Lines: Sendable {
    private let written = Mutex<[String]>([])
    var all: [String] { written.withLock { $0 } }

    func logger(_ format: Logger.Format, from level: LogLevel = .debug) -> Logger {
        Logger(
            level: level, format: format, now: { LogTime(unixMilliseconds: 1_795_248_000_123) },
            write: { line in self.written.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    }
}

struct LoggerTests {
    @Test
    func `a line of text has time, level, message and fields`() {
        let lines = Lines()
        let logger = lines.logger(.text)
        logger.debug("one")
        logger.info("two words", [("feed", "user:42"), ("count", 3), ("seconds", 0.25), ("reason", "it is late")])
        logger.warning("three", [("empty", ""), ("quote", #"a"b"#), ("path", #"c:\d"#), ("query", "a=b")])
        logger.error("four \(2 + 2)", [("url", "x\(1)y")])
        #expect(
            lines.all == [
                "2026-11-21T08:00:00.123Z DEBUG one\n",
                "2026-11-21T08:00:00.123Z INFO  two words feed=user:42 count=3 seconds=0.25 reason=\"it is late\"\n",
                "2026-11-21T08:00:00.123Z WARNING three empty=\"\" quote=\"a\\\"b\" path=\"c:\\\\d\" query=\"a=b\"\n",
                "2026-11-21T08:00:00.123Z ERROR four 4 url=x1y\n",
            ])
    }

    @Test
    func `a line of JSON is an object`() throws {
        let lines = Lines()
        lines.logger(.json).warning(
            "it \"is\"\n", [("feed", "a\\b\u{1}"), ("count", -3), ("seconds", 0.25), ("rate", .double(.infinity))])
        let expected =
            #"{"time":"2026-11-21T08:00:00.123Z","level":"warning","message":"it \"is\"\n","feed":"a\\b\u0001","count":-3,"#
            + #""seconds":0.25,"rate":"inf"}"# + "\n"
        #expect(lines.all == [expected])
        let object = try JSONSerialization.jsonObject(with: Data(expected.utf8)) as? [String: Any]
        #expect(object?["message"] as? String == "it \"is\"\n")
        #expect(object?["feed"] as? String == "a\\b\u{1}")
    }

    @Test(arguments: Logger.Format.allCases)
    func `nothing in a message or field begins a line`(_ format: Logger.Format) throws {
        let breaks = "\n\r\r\n\u{0}\u{7}\u{B}\u{C}\u{1B}[2J\u{7F}\u{85}\u{9B}\u{2028}\u{2029}"
        let lines = Lines()
        lines.logger(format).error("a\(breaks)b", [("c\(breaks)d", .string("e\(breaks)f"))])
        let line = try #require(lines.all.first)
        #expect(line.hasSuffix("\n"))
        let harmful = line.unicodeScalars.dropLast().filter {
            [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        #expect(harmful.isEmpty)
        #expect(line.contains(#"\n\r\r\n\u0000\u0007\u000b\u000c\u001b[2J\u007f\u0085\u009b\u2028\u2029"#))
        if format == .json {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["c\(breaks)d"] as? String == "e\(breaks)f")
        }
    }

    @Test
    func `what is below the level is neither written nor evaluated`() {
        let lines = Lines()
        let logger = lines.logger(.text, from: .warning)
        func message() -> String {
            Issue.record("evaluated")
            return ""
        }
        logger.debug(message())
        logger.info(message(), [("a", .string(message()))])
        #expect(lines.all.isEmpty)
        logger.warning("w")
        logger.error("e")
        logger.log(.error, "l")
        #expect(lines.all.count == 3)
    }

    @Test
    func `levels ascend and have names`() {
        #expect(LogLevel.allCases.sorted() == [.debug, .info, .warning, .error])
        #expect(LogLevel.allCases.shuffled().max() == .error)
        #expect(LogLevel(rawValue: "warning") == .warning)
        #expect(!(LogLevel.info < .info))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
        (-1, "1970-01-01T00:00:00.000Z"),
        (1_767_319_445_007, "2026-01-02T02:04:05.007Z"),
    ])
    func `a time is RFC 3339`(_ milliseconds: Int, _ text: String) {
        #expect(LogTime(unixMilliseconds: milliseconds).description == text)
    }

    @Test
    func `now is now`() {
        let before = Date().timeIntervalSince1970 * 1000
        let now = Double(LogTime.now.unixMilliseconds)
        let after = Date().timeIntervalSince1970 * 1000
        #expect(now >= before - 1 && now <= after)
    }
}
