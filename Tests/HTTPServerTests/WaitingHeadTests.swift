import HTTP
import Testing

@testable import HTTPServer

struct WaitingHeadTests {
    private let first = ChunkEncoder.frame(Array("retry: 1\n".utf8))
    private let event = ChunkEncoder.frame(Array("data: 1\n\n".utf8))

    private func run(_ body: (TestServer, Client, ConnectionID) throws -> Void) throws {
        let first = first
        let begin: TestServer.Responder = { table, id, _ in
            _ = table.beginStream(id, ["Content-Type": "text/event-stream"], waitingWith: first)
        }
        try TestServer(respond: begin).run { server in
            let client = try Client(server)
            client.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            server.wait("the stream begins") { $0.streamCount == 1 }
            try body(server, client, server.newest)
        }
    }

    @Test func `a head leaves in one write with what follows it`() throws {
        try run { server, client, id in
            #expect(server.pending(id) > first.count)
            server.send(event, to: id)
            let text = String(decoding: client.receiveOnce(), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix("\r\n\r\n" + String(decoding: first + event, as: UTF8.self)))
            // It has left, so that nobody need wake up for it.
            #expect(server.sync { $0.nextHead == .distantFuture } == true)
        }
    }

    @Test func `a head that nothing follows leaves by itself after a moment`() throws {
        try run { server, client, id in
            server.pass(4)
            #expect(server.pending(id) > first.count)
            server.pass(1)
            server.wait("the head leaves") { $0.pending(id) == 0 }
            let text = String(decoding: client.receiveOnce(), as: UTF8.self)
            #expect(text.hasSuffix("\r\n\r\n" + String(decoding: first, as: UTF8.self)))
            server.send(event, to: id)
            #expect(client.receiveOnce() == event)
        }
    }

    @Test func `heads that have left are forgotten, though there is always one that waits`() throws {
        try run { server, client, id in
            var last = (client: client, id: id)
            for count in 2...200 {
                let next = try Client(server)
                next.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
                server.wait("the stream begins") { $0.newest != last.id }
                server.send(event, to: last.id)
                last.client.vanish()
                last = (next, server.newest)
                #expect(server.sync { $0.nextHead < .distantFuture } == true, "stream \(count) waits")
            }
            #expect(server.sync { $0.waitingHeads.count } ?? .max < 130)
        }
    }

    @Test func `a head that waits leaves no trace of a stream that its peer has given up`() throws {
        try run { server, client, _ in
            client.vanish()
            server.wait("the connection closes") { $0.count == 0 }
            #expect(server.sync { $0.nextHead == .distantFuture } == true)
        }
    }
}
