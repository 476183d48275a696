import HTTP
import JSON
import Redis
import TestSupport
import Testing

/// Out of what writers push comes no line of a stream and none of the log.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct HostilePayloadTests {
    /// What some reader of lines takes for a line's end, or a terminal for a command.
    private static let controls = (Array(0...0x1F) + Array(0x7F...0x9F) + [0x2028, 0x2029]).compactMap {
        Unicode.Scalar($0 as UInt32)
    }
    /// What would be a field, an event or a line of the log, if it began a line.
    private static let fields = [
        "data: x", "event: evil", "id: f1.evil.9", "retry: 1", ": x", "2026-11-21T08:00:00.000Z ERROR x",
    ]
    private static let secret = "TOP-SECRET"

    private var random = SeededGenerator(seed: 6)

    /// Text in which controls and fields alternate, as it stands in JSON.
    private mutating func text(escaping: Bool) -> String {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
            let control = Self.controls.any(&random)
            // JSON demands the escape of what lies below the space.
            let isRaw = !escaping && control.value > 0x1F
            let escape = #"\u"# + String(control.value + 0x10000, radix: 16).dropFirst()
            return (isRaw ? String(control) : escape) + Self.fields.any(&random)
        }.joined()
    }

    /// An entry that is to arrive: its body and its event's name are hostile, and so is what stands between its members.
    private mutating func entry(id: String) -> String {
        let space = ["", " ", "\n", "\r", "\r\n", "\n\n", "\t"].any(&random)
        let (name, member, body) = (text(escaping: false), text(escaping: false), text(escaping: true) + Self.secret)
        return [#"{"id":"\#(id)""#, #","event":"\#(name)""#, #","\#(member)":"\#(body)""#, "}"].joined(separator: space)
    }

    /// An entry that is to be set aside, for its id or for a control character that JSON wants escaped.
    private mutating func badEntry() -> String {
        guard random.isTrue(oneIn: 2) else { return #"{"id":"a\#(text(escaping: true))\#(Self.secret)"}"# }
        return "{\"t\":\"\(Self.controls[..<32].any(&random))\(Self.fields.any(&random))\(Self.secret)\"}"
    }

    @Test(arguments: ["text", "json"])
    mutating func `whatever is pushed, a reader of lines gets one event for each entry, and no line of the log breaks`(
        format: String
    ) throws {
        let bridge = try FlagpoleProcess(["log": ["level": "debug", "format": format]])
        let plain = try bridge.liveStream("feed=user:42")
        let enveloped = try bridge.liveStream("feed=user:42&envelope=1")
        var entries: [String] = []
        var pushed: [String] = []
        for number in 0..<150 {
            entries.append(entry(id: "n\(number)"))
            pushed += [entries[number], badEntry()]
        }
        try bridge.redis().push(pushed, to: "user:42")
        // By HTTP as well.
        for number in 150..<160 {
            entries.append(entry(id: "n\(number)"))
            #expect(try bridge.client().publish(entries[number], to: "user:42").status == 201)
            #expect(try bridge.client().publish(badEntry(), to: "user:42").status >= 400)
        }

        for (stream, isEnveloped) in [(plain, false), (enveloped, true)] {
            for entry in entries {
                let event = try stream.event()
                #expect(event.event == "message")
                #expect((isEnveloped ? event.data.json["body"] : event.data.json) == entry.json)
            }
            try checkLines(of: stream.text, events: entries.count)
        }
        try eventually("all is set aside") {
            try bridge.metric(#"flagpole_entries_total{result="quarantined"}"#) == 150
        }
        #expect(try bridge.stop() == 0)
        checkLog(bridge.log, format: format)
    }

    /// A reader that ends lines wherever Unicode does sees fields alone, and a blank line behind each event.
    private func checkLines(of text: String, events: Int) throws {
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { Character($0).isNewline }
        let names = lines.map { String($0.prefix { $0 != ":" }) }
        #expect(Set(names).isSubset(of: ["id", "event", "data", "retry", ""]))
        // The welcome and `live` have names; no entry's is fit to be one.
        #expect(names.count { $0 == "event" } == 2 && names.count { $0 == "data" } == events + 2)
        #expect(names.count { $0 == "retry" } == 1)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    }

    private func checkLog(_ log: String, format: String) {
        #expect(log.contains("set aside") && !log.contains(Self.secret) && !log.contains("evil"))
        for line in log.split(separator: "\n") {
            if format == "json" {
                #expect(String(line).json["time"]?.asString != nil, "\(line)")
            } else {
                #expect(line.prefixMatch(of: /\d{4}-\d\d-\d\dT[\d:.]+Z (DEBUG|INFO|WARNING|ERROR)\b/) != nil, "\(line)")
            }
        }
        #expect(!log.unicodeScalars.contains { Self.controls.contains($0) && $0 != "\n" })
    }
}
