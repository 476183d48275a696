import HTTP
import Testing

@testable import HTTPServer

/// What connections without a whole request may take together.
struct LimitingTests {
    private let post = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"

    /// A connection that has sent this, after so many whole requests.
    private func client(
        _ server: TestServer, sends part: String = "", afterRequests count: Int = 0
    ) throws -> Client {
        let (before, bytes, client) = (server.count, server.bufferedBytes, try Client(server))
        if count == 0 && part.isEmpty { server.wait("the connection") { $0.count != before } }
        for _ in 0..<count {
            client.request("/")
            _ = client.receive(until: "GET / \n")
        }
        guard !part.isEmpty else { return client }
        client.send(part)
        server.wait("the part") { $0.bufferedBytes != bytes || $0.closings != [:] }
        return client
    }

    @Test func `descriptors from a limit on are not for connections, which are taken again below it`() throws {
        try TestServer().run { server in
            server.sync { $0.descriptorLimit = 0 }
            #expect(try Client(server).receiveAll().isEmpty)
            #expect(server.said == ["accept failed"] && server.count == 0)
            server.sync { $0.descriptorLimit = .max }
            let client = try Client(server)
            client.request("/")
            server.pass(1)
            #expect(client.receive(until: "GET / \n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(arguments: ["", "GET / HTTP/1.1\r\nHost: ", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nb"])
    func `connections that asked once are limited as well, whatever they send next`(part: String) throws {
        try TestServer().run { server in
            server.sync { $0.waitingLimit = 16 }
            let clients = try (0..<16).map { _ in
                server.pass(1)
                return try client(server, sends: part, afterRequests: 1)
            }
            #expect(server.count == 16 && server.closings.isEmpty)
            server.pass(1)
            let last = try client(server, afterRequests: 1)
            // One more than has to be, and the oldest.
            #expect(clients[0].receiveAll().isEmpty && clients[1].receiveAll().isEmpty)
            #expect(server.count == 15 && server.closings == [.surplus: 2])
            last.request("/")
            #expect(last.receive(until: "GET / \n").hasSuffix("GET / \n"))
        }
    }

    @Test func `neither those that never asked nor those that did drive the others out`() throws {
        try TestServer().run { server in
            server.sync { $0.waitingLimit = 16 }
            let regular = try client(server, afterRequests: 1)
            let silent = try (0..<40).map { _ in
                server.pass(1)
                return try client(server)
            }
            server.wait("their end") { ($0.closings[.newcomer] ?? 0) >= 25 }
            regular.request("/")
            #expect(regular.receive(until: "GET / \n").hasSuffix("GET / \n"))
            let quiet = try client(server)
            let others = try (0..<40).map { _ in
                server.pass(1)
                return try client(server, afterRequests: 1)
            }
            server.wait("their end") { ($0.closings[.surplus] ?? 0) >= 20 }
            quiet.request("/")
            #expect(quiet.receive(until: "GET / \n").hasSuffix("GET / \n"))
            #expect(server.count <= 16)
            withExtendedLifetime((silent, others)) {}
        }
    }

    @Test func `requests that are still arriving are limited together, and the largest and oldest go`() throws {
        try TestServer().run { server in
            server.sync { $0.heldLimit = 1900 }
            let small = try client(server, sends: post + "x")
            let large = try client(server, sends: post + String(repeating: "x", count: 900))
            server.pass(1000)
            let second = try client(server, sends: post + String(repeating: "x", count: 900))
            #expect(large.receiveAll().isEmpty)
            #expect(server.closings == [.crowded: 1])
            // Whoever goes on comes through.
            second.send(String(repeating: "x", count: 100))
            #expect(second.receive(until: "x\n").hasSuffix("x\n"))
            small.send(String(repeating: "x", count: 999))
            #expect(small.receive(until: "x\n").hasSuffix("x\n"))
            #expect(server.held == 0)
        }
    }

    @Test func `requests that wait for an answer are in the way of whole ones with a body alone`() throws {
        try TestServer(respond: TestServer.later).run { server in
            server.sync { $0.heldLimit = 1900 }
            let first = try client(server, sends: post + String(repeating: "x", count: 900))
            first.send(String(repeating: "x", count: 100))
            server.wait("a request") { $0.said == ["POST /"] }
            let id = server.newest
            // What is in the way is not closed, nor does it close what arrives.
            let small = try client(server, sends: "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nx")
            let asking = try client(server, sends: "GET / HTTP/1.1\r\nHost: ")
            let large = try client(server, sends: post + String(repeating: "x", count: 900))
            large.send(String(repeating: "x", count: 100))
            #expect(large.receive(until: "0\n").hasPrefix("HTTP/1.1 503"))
            asking.send("localhost\r\n\r\n")
            server.wait("GET") { $0.said.last == "GET /" }
            small.send(String(repeating: "x", count: 899))
            server.wait("POST") { $0.said == ["POST /", "crowded", "GET /", "POST /"] }
            #expect(server.held == 1900 && server.closings.isEmpty)
            server.sync { $0.respond(id, .text("done\n")) }
            #expect(first.receive(until: "done\n").hasPrefix("HTTP/1.1 200"))
            // Whoever was refused may come again.
            large.send(post + String(repeating: "x", count: 1000))
            server.wait("the same again") { $0.said.count == 5 }
            #expect(server.said.last == "POST /" && server.held == 1900)
        }
    }

    @Test func `what a request takes counts until it is answered or its connection is gone`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let (answered, gone) = (try Client(server), try Client(server))
            let body = String(repeating: "x", count: 1000)
            answered.send(post + body)
            server.wait("a request") { $0.said.count == 1 }
            let id = server.newest
            #expect(server.held == 1000)
            gone.send(post + body)
            server.wait("another") { $0.said.count == 2 }
            #expect(server.held == 2000)
            server.sync { $0.respond(id, .text("done\n")) }
            #expect(server.held == 1000)
            let other = server.newest
            gone.vanish()
            server.sync { $0.respond(other, .text("done\n"), closing: true) }
            #expect(server.held == 0)
        }
    }

    @Test func `connections are counted right, whatever becomes of them`() throws {
        try TestServer { table, id, request in
            if request.target.raw == "/stream" { return TestServer.stream(&table, id, request) }
            TestServer.echo(&table, id, request)
        }.run { server in
            let (stream, bad, late, closing, kept) = (
                try Client(server), try Client(server), try Client(server), try Client(server), try Client(server)
            )
            server.wait("five") { $0.waiting == 5 }
            stream.request("/stream")
            _ = stream.receive(until: "\r\n\r\n")
            bad.send("nonsense\r\n\r\n")
            #expect(bad.receiveAll().hasPrefix("HTTP/1.1 400"))
            late.send("GET / HTTP/1.1\r\n")
            server.wait("a part") { $0.bufferedBytes > 0 }
            closing.request("/", "Connection: close")
            _ = closing.receiveAll()
            kept.request("/")
            _ = kept.receive(until: "GET / \n")
            #expect(server.waiting == 2)
            server.pass(10_000)
            #expect(late.receiveAll().hasPrefix("HTTP/1.1 408"))
            #expect(server.waiting == 1 && server.held == 0)
            kept.vanish()
            server.wait("none") { $0.waiting == 0 }
            #expect(server.streamCount == 1)
        }
    }
}
