import Glibc
import HTTP
import Testing

@testable import HTTPServer

struct EventStreamTests {
    private func chunk(_ text: String) -> [UInt8] { ChunkEncoder.frame(Array(text.utf8)) }

    /// Opens a stream and reads its head.
    private func open(_ server: TestServer, receiveBuffer: Int32? = nil, version: String = "1.1") throws -> Client {
        let client = try Client(server, receiveBuffer: receiveBuffer)
        client.send("GET /stream HTTP/\(version)\r\nHost: localhost\r\n\r\n")
        let head = client.receive(until: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.contains("Content-Type: text/event-stream\r\n"))
        #expect(head.contains("Transfer-Encoding: chunked\r\n") == (version == "1.1"))
        return client
    }

    @Test func `what a turn sends to a stream leaves in one write`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let client = try open(server)
            let (id, chunks) = (server.newest, (0..<60).map { chunk("data: \($0)\n\n") })
            let pending = server.sync { table in
                for chunk in chunks { table.send(chunk, to: id) }
                return table.pendingBytes(id)
            }
            let all = chunks.reduce([], +)
            #expect(pending == all.count)
            #expect(client.receiveOnce() == all)
            #expect(server.pending(id) == 0)
        }
    }

    @Test func `a peer of HTTP 1.0 gets the stream bare, ended by the close`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let (client, event) = (try open(server, version: "1.0"), chunk("data: 1\n\n"))
            let id = server.newest
            server.sync { table in
                table.send(event, to: id)
                table.send(event, to: id)
                table.endStream(id)
            }
            #expect(client.receiveAll() == "data: 1\n\ndata: 1\n\n")
        }
    }

    @Test func `a stream ends after what was sent to it, and is none from then on`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let (client, event) = (try open(server), chunk("data: 1\n\n"))
            let id = server.newest
            server.sync { table in
                table.send(event, to: id)
                table.endStream(id)
                #expect(table.streamCount == 0)
                table.send(event, to: id)
            }
            #expect(client.receiveAll() == "9\r\ndata: 1\n\n\r\n0\r\n\r\n")
            client.vanish()
            server.wait("the connection closes") { $0.count == 0 }
            #expect(server.said == ["GET /stream", "stream closed"])
        }
    }

    @Test func `a client that vanishes is noticed without a write`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let client = try open(server)
            #expect(server.streamCount == 1)
            client.vanish()
            server.wait("the stream closes") { $0.said == ["GET /stream", "stream closed"] }
            #expect(server.streamCount == 0 && server.count == 0)
        }
    }

    @Test func `what a client sends to a stream is ignored`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let (client, event) = (try open(server), chunk("data: 1\n\n"))
            let id = server.newest
            client.request("/again")
            server.send(event, to: id)
            #expect(client.receive(until: "\n\n\r\n") == "9\r\ndata: 1\n\n\r\n")
            #expect(server.said == ["GET /stream"])
        }
    }

    @Test func `what is sent to a stream that closed reaches nobody`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let (first, event) = (try open(server), chunk("data: 1\n\n"))
            let id = server.newest
            first.vanish()
            server.wait("the stream closes") { $0.count == 0 }
            let second = try open(server)
            let newest = server.newest
            #expect(newest != id)
            server.sync { table in
                table.send(event, to: id)
                table.endStream(id)
                table.notifyWhenDrained(id)
                table.endStream(newest)
            }
            #expect(second.receiveAll() == "0\r\n\r\n")
        }
    }

    @Test func `a peer that does not read gets everything in order when it does, and then the stream has drained`()
        throws
    {
        try TestServer(respond: TestServer.stream).run { server in
            let client = try open(server, receiveBuffer: 4096)
            let id = server.newest
            server.sync { _ in
                var size: Int32 = 4096
                setsockopt(id.descriptor, SOL_SOCKET, SO_SNDBUF, &size, 4)
            }
            var expected = ""
            for number in 0..<300 {
                let text = "data: \(number) \(String(repeating: "x", count: 1000))\n\n"
                let event = chunk(text)
                expected += String(decoding: event, as: UTF8.self)
                server.send(event, to: id)
            }
            server.sync { $0.notifyWhenDrained(id) }
            let pending = server.pending(id)
            #expect(pending > 0 && pending < expected.utf8.count)
            #expect(!server.said.contains("drained"))
            #expect(client.receive(until: String(expected.suffix(1010))) == expected)
            server.wait("the stream drains") { $0.said.contains("drained") }
            #expect(server.said == ["GET /stream", "drained"])
            #expect(server.pending(id) == 0)
        }
    }

    @Test func `a stream with nothing to write has drained at once, and says so each time it is asked`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let client = try open(server)
            let id = server.newest
            for count in 1...2 {
                server.sync { $0.notifyWhenDrained(id) }
                server.wait("the notice") { $0.said.count == 1 + count }
            }
            #expect(server.said == ["GET /stream", "drained", "drained"])
            client.vanish()
        }
    }

    @Test func `one chunk goes to many streams`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let clients = try (0..<20).map { _ in
                let client = try open(server)
                return (client, server.newest)
            }
            let (ids, event) = (clients.map(\.1), chunk("data: all\n\n"))
            server.sync { table in for id in ids { table.send(event, to: id) } }
            for (client, _) in clients { #expect(client.receiveOnce() == event) }
            #expect(server.streamCount == 20)
        }
    }
}
