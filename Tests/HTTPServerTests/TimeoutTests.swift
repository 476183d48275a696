import Glibc
import HTTP
import Reactor
import Testing

@testable import HTTPServer

struct TimeoutTests {
    private let event = ChunkEncoder.frame(Array("data: 1\n\n".utf8))
    /// More than a stream's peer takes without reading.
    private let large = ChunkEncoder.frame([UInt8](repeating: 0x78, count: 8_000_000))

    private func connect(_ server: TestServer) throws -> Client {
        let (client, count) = (try Client(server), server.count)
        server.wait("the connection") { $0.count > count || count > 0 }
        return client
    }

    /// A stream whose client takes little, and has the head.
    private func connectStream(_ server: TestServer) throws -> Client {
        let client = try Client(server, receiveBuffer: 4096)
        client.request("/")
        _ = client.receive(until: "\r\n\r\n")
        return client
    }

    /// Sends a part of a request, and waits until it has arrived.
    private func send(_ part: String, _ client: Client, _ server: TestServer) {
        let before = server.bufferedBytes
        client.send(part)
        server.wait("\(part) arrives") { $0.bufferedBytes != before }
    }

    @Test func `a connection that sends nothing is closed`() throws {
        try TestServer().run { server in
            let client = try connect(server)
            server.pass(9_999)
            #expect(server.count == 1)
            server.pass(1)
            #expect(client.receiveAll().isEmpty && server.count == 0 && server.said.isEmpty)
        }
    }

    @Test func `a head that drips in is not waited for longer`() throws {
        try TestServer().run { server in
            let client = try connect(server)
            server.pass(5_000)
            send("GET / HTTP/1.1\r\n", client, server)
            server.pass(6_000)
            send("Host: local", client, server)
            server.pass(3_999)
            #expect(server.said.isEmpty)
            server.pass(1)
            #expect(client.receiveAll().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
            #expect(server.said == ["timed out"])
        }
    }

    @Test func `a body has its time from the end of the head`() throws {
        try TestServer().run { server in
            let client = try connect(server)
            send("POST / HTTP/1.1\r\nHost: localhost\r\n", client, server)
            server.pass(9_000)
            send("Content-Length: 4\r\n\r\nb", client, server)
            server.pass(29_999)
            #expect(server.said.isEmpty)
            server.pass(1)
            #expect(client.receiveAll().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        }
    }

    @Test func `a connection waits between requests for longer than for the first`() throws {
        try TestServer().run { server in
            let client = try connect(server)
            for _ in 0..<3 {
                client.request("/")
                _ = client.receive(until: "GET / \n")
                server.pass(59_999)
                #expect(server.count == 1)
            }
            server.pass(1)
            #expect(client.receiveAll().isEmpty && server.count == 0)
        }
    }

    @Test func `an answer may take as long as it takes`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let client = try connect(server)
            client.request("/")
            server.wait("the request") { $0.said == ["GET /"] }
            server.pass(10_000_000)
            let id = server.newest
            server.sync { $0.respond(id, .text("GET late\n")) }
            #expect(bodies(client.receive(until: "GET late\n")) == ["GET late"])
        }
    }

    @Test func `a peer that does not close after us is closed`() throws {
        try TestServer().run { server in
            let client = try connect(server)
            client.request("/", "Connection: close")
            _ = client.receiveAll()
            server.pass(1_999)
            #expect(server.count == 1)
            server.pass(1)
            #expect(server.count == 0)
        }
    }

    @Test func `a peer that does not take its last response is closed`() throws {
        let body = [UInt8](repeating: 0x78, count: 8_000_000)
        try TestServer { table, id, _ in table.respond(id, HTTPResponse(body: body)) }.run { server in
            let client = try Client(server, receiveBuffer: 4096)
            client.request("/", "Connection: close")
            server.wait("the request") { $0.said == ["GET /"] }
            server.pass(29_999)
            #expect(server.count == 1)
            server.pass(1)
            #expect(server.count == 0)
            client.vanish()
        }
    }

    @Test(arguments: ["Connection: keep-alive", "Connection: close"])
    func `a peer that takes a response little by little has a minute for all of it`(header: String) throws {
        let body = [UInt8](repeating: 0x78, count: 8_000_000)
        try TestServer { table, id, _ in table.respond(id, HTTPResponse(body: body)) }.run { server in
            let client = try Client(server, receiveBuffer: 4096)
            client.request("/", header)
            server.wait("the request") { $0.said == ["GET /"] }
            let id = server.newest
            for _ in 0..<2 {
                server.pass(29_000)
                let pending = server.pending(id)
                while server.pending(id) == pending { _ = client.receiveOnce() }
            }
            server.pass(1_999)
            #expect(server.count == 1)
            server.pass(1)
            #expect(server.count == 0 && server.closings == [.unread: 1])
            client.vanish()
        }
    }

    @Test func `a stream that ends after a long time still has a minute for its last bytes`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let client = try connectStream(server)
            server.pass(1_000_000)
            let id = server.newest
            server.sync { table in
                table.send(large, to: id)
                table.endStream(id)
            }
            server.pass(1000)
            #expect(server.count == 1)
            client.vanish()
        }
    }

    @Test func `a stream is silent when nothing was written to it for a while`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let client = try connect(server)
            client.request("/")
            _ = client.receive(until: "\r\n\r\n")
            let (id, event) = (server.newest, event)
            #expect(server.pass(999, silence: 1000) == 0)
            #expect(server.pass(1, silence: 1000) == 1)
            server.send(event, to: id)
            _ = client.receive(until: "\n\n\r\n")
            #expect(server.pass(999, silence: 1000) == 0)
            #expect(server.pass(1, silence: 1000) == 1)
            #expect(server.pass(10_000_000) == 1 && server.streamCount == 1)
        }
    }

    @Test func `a stream that takes nothing of what waits for it is closed`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let client = try connectStream(server)
            server.pass(1_000_000)
            server.send(large, to: server.newest)
            server.pass(59_999)
            #expect(server.streamCount == 1)
            server.pass(1)
            #expect(server.said == ["GET /", "stream closed"])
            #expect(server.count == 0)
            client.vanish()
        }
    }

    @Test func `no stream is closed for taking nothing where there is no limit`() throws {
        var timeouts = ConnectionTimeouts()
        timeouts.stalledStream = 0
        try TestServer(timeouts: timeouts, respond: TestServer.stream).run { server in
            let client = try connectStream(server)
            server.send(large, to: server.newest)
            server.pass(1_000_000)
            #expect(server.streamCount == 1)
            client.vanish()
        }
    }

    @Test func `time is told across the wrap of its counter`() {
        let before = Ticks(.max - 9)
        #expect(Ticks(10).since(before) == 20)
        #expect(before.since(before) == 0)
        #expect(Ticks(MonotonicTime(nanoseconds: (1 << 32 + 7) * 1_000_000)) == Ticks(7))
    }
}
