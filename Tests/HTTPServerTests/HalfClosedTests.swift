import HTTP
import Testing

@testable import HTTPServer

/// Peers that have finished sending and still read (RFC 9112 §9.6 asks for no more of them than that).
struct HalfClosedTests {
    @Test func `a peer that finishes sending with its request gets the response`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.request("/1")
            client.finishSending()
            #expect(bodies(client.receiveAll()) == ["GET /1 "])
            server.wait("the connection closes") { $0.count == 0 }
        }
    }

    @Test func `a peer that finishes sending with several requests gets all responses`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.send((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
            client.finishSending()
            #expect(bodies(client.receiveAll()) == (1...3).map { "GET /\($0) " })
        }
    }

    @Test func `a peer that finishes sending while its answer is awaited gets it`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let client = try Client(server)
            client.request("/1")
            server.wait("the request") { $0.said == ["GET /1"] }
            client.finishSending()
            let id = server.newest
            server.wait("the end of the peer's bytes") { $0.isHalfClosed(id) }
            server.sync { $0.respond(id, .text("GET late\n")) }
            #expect(bodies(client.receiveAll()) == ["GET late"])
        }
    }

    @Test func `a peer that has finished sending gets a response larger than the kernel's buffers`() throws {
        let body = [UInt8](repeating: 0x78, count: 4_000_000)
        try TestServer { table, id, _ in table.respond(id, HTTPResponse(body: body)) }.run { server in
            let client = try Client(server, receiveBuffer: 4096)
            client.request("/", "Connection: close")
            client.finishSending()
            server.wait("the request") { $0.said == ["GET /"] }
            #expect(client.receiveAll().utf8.count > body.count)
        }
    }

    @Test func `a peer that is gone while its answer is awaited costs nothing but the write`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let client = try Client(server)
            client.request("/1")
            server.wait("the request") { $0.said == ["GET /1"] }
            client.vanish()
            let id = server.newest
            server.wait("the end of the peer's bytes") { $0.isHalfClosed(id) }
            server.sync { $0.respond(id, .text("GET late\n")) }
            server.wait("the connection closes") { $0.count == 0 }
        }
    }

    @Test func `no stream begins for a peer that is gone`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let client = try Client(server)
            client.request("/1")
            server.wait("the request") { $0.said == ["GET /1"] }
            client.vanish()
            let id = server.newest
            server.wait("the end of the peer's bytes") { $0.isHalfClosed(id) }
            let hasBegun = server.sync { $0.beginStream(id, [:]) }
            #expect(hasBegun == false)
            #expect(server.count == 0 && server.streamCount == 0 && server.said == ["GET /1"])
        }
    }
}
