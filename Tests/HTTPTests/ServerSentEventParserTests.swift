import Testing

@testable import HTTP

struct ServerSentEventParserTests {
    /// The events of a stream, the same in whatever pieces it comes.
    private func events(
        _ stream: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [ReceivedEvent] {
        var results: [[ReceivedEvent]] = []
        for pieceSize in [1, 2, 3, 7, max(1, stream.count)] {
            var parser = ServerSentEventParser()
            var received: [ReceivedEvent] = []
            for start in stride(from: 0, to: stream.count, by: pieceSize) {
                parser.append(stream[start..<min(start + pieceSize, stream.count)])
                while let event = try parser.next() { received.append(event) }
            }
            results.append(received)
        }
        #expect(Set(results.map { "\($0)" }).count == 1, sourceLocation: sourceLocation)
        return results[0]
    }

    private func events(
        _ stream: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [ReceivedEvent] {
        try events(Array(stream.utf8), sourceLocation: sourceLocation)
    }

    private func message(_ data: String, id: String = "") -> ReceivedEvent {
        ReceivedEvent(id: id, event: "message", data: data)
    }

    @Test func `the standard's examples are read`() throws {
        #expect(try events("data: YHOO\ndata: +2\ndata: 10\n\n") == [message("YHOO\n+2\n10")])
        #expect(
            try events(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n")
                == [message("first event", id: "1"), message("second event")])
        #expect(
            try events(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
            ).last == message(" third event"))
        #expect(try events("data\n\ndata\ndata\n\ndata:") == [message(""), message("\n")])
        #expect(try events("data:test\n\ndata: test\n\n") == [message("test"), message("test")])
        #expect(
            try events("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n")
                == [
                    ReceivedEvent(id: "", event: "add", data: "73857293"),
                    ReceivedEvent(id: "", event: "remove", data: "2153"),
                ])
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `every line end ends lines`(end: String) throws {
        let stream = ["id: 1", "data: a", "data: b", "", "", ": c", "data: d", "", ""].joined(separator: end)
        #expect(try events(stream) == [message("a\nb", id: "1"), message("d", id: "1")])
    }

    @Test func `line ends can be mixed`() throws {
        #expect(try events("data: a\r\ndata: b\rdata: c\n\r\n\rdata: d\r\n\r\n") == [message("a\nb\nc"), message("d")])
    }

    @Test func `a CR ends an event at once`() throws {
        var parser = ServerSentEventParser()
        parser.append(Array("data: a\r\r".utf8))
        #expect(try parser.next() == message("a"))
        parser.append(Array("\ndata: b\r\n\r".utf8))
        #expect(try parser.next() == message("b"))
        parser.append(Array("\n".utf8))
        #expect(try parser.next() == nil)
    }

    @Test func `a byte order mark is skipped at the start alone`() throws {
        #expect(try events("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n") == [message("a")])
        #expect(try events([0xEF, 0xBB, 0x0A, 0x0A] + Array("data: a\n\n".utf8)) == [message("a")])
        #expect(try events([0xEF, 0xBB]).isEmpty)
    }

    @Test func `the last id persists, is reset by an empty one, and none with NUL counts`() throws {
        #expect(
            try events("id: 1\ndata: a\n\ndata: b\n\nid: 2\u{0}\ndata: c\n\nid:\ndata: d\n\nid: 3\n\ndata: e\n\n")
                == [
                    message("a", id: "1"), message("b", id: "1"), message("c", id: "1"), message("d"),
                    message("e", id: "3"),
                ])
    }

    @Test func `an id counts once its block ends`() throws {
        var parser = ServerSentEventParser(lastEventID: "0")
        parser.append(Array("id: 1\n".utf8))
        #expect(try parser.next() == nil)
        #expect(parser.lastEventID == "0")
        parser.append(Array("\n".utf8))
        #expect(try parser.next() == nil)
        #expect(parser.lastEventID == "1")
    }

    @Test func `retry is taken from digits alone`() throws {
        var parser = ServerSentEventParser()
        for (line, expected) in [
            ("retry: 3412", 3412), ("retry: 1s", 3412), ("retry: -1", 3412), ("retry:", 3412), ("retry:  7", 3412),
            ("retry: 99999999999999999999", 3412), ("retry:007", 7),
        ] {
            parser.append(Array("\(line)\n".utf8))
            #expect(try parser.next() == nil)
            #expect(parser.retryMilliseconds == expected)
        }
    }

    @Test func `unknown fields and names in other cases are ignored`() throws {
        #expect(
            try events("Data: a\n data: b\nfoo: c\nfoo\n:data: d\ndata : e\nevent: x\n\ndata: f\n\n") == [message("f")])
    }

    @Test func `what is not UTF-8 is replaced`() throws {
        #expect(
            try events(Array("data: a".utf8) + [0xFF, 0xE2, 0x82] + Array("b\n\n".utf8)) == [
                message("a\u{FFFD}\u{FFFD}b")
            ])
    }

    @Test(arguments: ["data: 123456789", ": 123456789", "data: 12345\ndata: 12345\n"])
    func `an event above the limit is an error`(stream: String) {
        var parser = ServerSentEventParser(maxEventBytes: 11)
        #expect(throws: HTTPParseError.eventTooLarge(limit: 11)) {
            parser.append(Array(stream.utf8))
            while try parser.next() != nil {}
            parser.append(Array("xxxx".utf8))
            while try parser.next() != nil {}
        }
    }
}
