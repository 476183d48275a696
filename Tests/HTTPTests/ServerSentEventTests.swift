import Testing

@testable import HTTP

struct ServerSentEventTests {
    private func block(id: String? = nil, event: String? = nil, _ data: String) -> String {
        var out: [UInt8] = []
        let data = Array(data.utf8)
        ServerSentEvent.append(
            id: id.map { Array($0.utf8) }, event: event.map { Array($0.utf8) }, data: data.span, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test func `an event has its lines and its blank line`() {
        #expect(block("{}") == "data: {}\n\n")
        #expect(block(id: "f1.a.7", "{}") == "id: f1.a.7\ndata: {}\n\n")
        #expect(block(id: "f1.a.7", event: "ping", "{}") == "id: f1.a.7\nevent: ping\ndata: {}\n\n")
        #expect(block(event: "ping", "") == "event: ping\ndata: \n\n")
    }

    @Test func `line ends of every kind leave the data`() {
        #expect(block("{\r\n\"a\":\n1}") == "data: {  \"a\": 1}\n\n")
        #expect(block("\"\u{85}\u{2028}\u{2029}\"") == #"data: "\u0085\u2028\u2029""# + "\n\n")
        // Neighbours of those characters, which share their first bytes.
        let others = "\u{84}\u{86}\u{A0}\u{2027}\u{202A}\u{2068}\u{20A8}\u{E9}"
        #expect(block(others) == "data: \(others)\n\n")
    }

    @Test func `a line end is found at every offset from the word's start`() {
        let replacements = [
            ("\r", " "), ("\n", " "), ("\u{85}", #"\u0085"#), ("\u{2028}", #"\u2028"#), ("\u{2029}", #"\u2029"#),
        ]
        for offset in 0..<24 {
            let text = String(repeating: "x", count: offset)
            for (end, replacement) in replacements {
                #expect(block(text + end + text) == "data: \(text)\(replacement)\(text)\n\n")
            }
        }
    }

    @Test(arguments: ["a\nb", "a\rdata: x", "a\0", "a\u{85}", "a\u{2028}b"])
    func `a name with a line end is left out`(name: String) {
        #expect(!ServerSentEvent.isAllowed(Array(name.utf8)))
        #expect(block(event: name, "{}") == "data: {}\n\n")
    }

    @Test func `a chunked event is the framed event`() {
        for size in [0, 1, 3, 200, 5000] {
            for data in [String(repeating: "x", count: size), String(repeating: "\n\u{2028}", count: size)] {
                let data = Array(data.utf8)
                var plain: [UInt8] = []
                var chunk: [UInt8] = [1]
                let (id, event) = (Array("7".utf8), Array("e".utf8))
                ServerSentEvent.append(id: id, event: event, data: data.span, to: &plain)
                ServerSentEvent.appendChunk(id: id, event: event, data: data.span, to: &chunk)
                #expect(chunk == [1] + ChunkEncoder.frame(plain))
            }
        }
    }

    @Test func `retry and comments are single lines that end no block`() {
        var out: [UInt8] = []
        ServerSentEvent.appendRetry(3412, to: &out)
        ServerSentEvent.appendComment("not now\r\ndata: x", to: &out)
        #expect(String(decoding: out, as: UTF8.self) == "retry: 3412\n: not now  data: x\n")
    }

    @Test func `random data comes back as one event with its line ends replaced`() throws {
        var random = SplitMix64(state: 7)
        let alphabet = [
            "a", "\"", "{", ":", " ", "\r", "\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{E9}", "\u{20AC}", "\u{1F389}",
            "data: ",
        ]
        for round in 0..<2000 {
            let data = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? ""
            }.joined()
            var out: [UInt8] = []
            ServerSentEvent.append(id: Array("\(round)".utf8), event: nil, data: Array(data.utf8).span, to: &out)
            #expect(out.count { $0 == .lineFeed } == 3)

            var parser = ServerSentEventParser()
            var received: [ReceivedEvent] = []
            let cut = Int.random(in: 0...out.count, using: &random)
            for piece in [out[..<cut], out[cut...]] {
                parser.append(piece)
                while let event = try parser.next() { received.append(event) }
            }
            var expected = ""
            for scalar in data.unicodeScalars {
                switch scalar {
                case "\r", "\n": expected += " "
                case "\u{85}": expected += "\\u0085"
                case "\u{2028}": expected += "\\u2028"
                case "\u{2029}": expected += "\\u2029"
                default: expected.unicodeScalars.append(scalar)
                }
            }
            #expect(received == [ReceivedEvent(id: "\(round)", event: "message", data: expected)])
        }
    }
}

/// A generator whose sequence is the same in every run.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
