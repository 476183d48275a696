import HTTP
import Testing

@testable import HTTPServer

struct ClosingTests {
    @Test func `a connection is kept until a request asks to close it`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.request("/1")
            _ = client.receive(until: "GET /1 \n")
            client.request("/2", "Connection: close")
            let response = client.receiveAll()
            #expect(response.contains("Connection: close\r\n") && response.hasSuffix("GET /2 \n"))
        }
    }

    @Test func `after our close the peer's last bytes are read, so that it gets the response`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.send("GET /1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n")
            client.send(String(repeating: "x", count: 100_000))
            #expect(client.receiveAll().hasSuffix("GET /1 \n"))
            #expect(server.count == 1)
            client.vanish()
            server.wait("the connection closes") { $0.count == 0 }
            #expect(server.said == ["GET /1"])
        }
    }

    @Test func `what is no request is answered and the connection closed`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.request("/1")
            _ = client.receive(until: "GET /1 \n")
            client.send("nonsense\r\n\r\n")
            #expect(client.receiveAll().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(server.said == ["GET /1", "malformed"])
        }
    }

    @Test func `a body above the limit is refused`() throws {
        try TestServer(limits: HTTPLimits(bodyBytes: 3)).run { server in
            let client = try Client(server)
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody")
            #expect(client.receiveAll().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a peer that closes without a request is forgotten`() throws {
        try TestServer().run { server in
            let clients = try (0..<5).map { _ in try Client(server) }
            server.wait("five connections") { $0.count == 5 }
            clients[0].send("GET / HT")
            for client in clients { client.vanish() }
            server.wait("none is left") { $0.count == 0 }
            #expect(server.said.isEmpty)
        }
    }

    @Test func `an answer may close the connection`() throws {
        try TestServer { table, id, _ in table.respond(id, .text("bye"), closing: true) }.run { server in
            let client = try Client(server)
            client.request("/")
            let response = client.receiveAll()
            #expect(response.contains("Connection: close\r\n") && response.hasSuffix("bye"))
        }
    }

    @Test func `closing what is idle leaves requests under way and unwritten responses`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let (idle, waiting, answered) = (try Client(server), try Client(server), try Client(server))
            answered.request("/answered")
            server.wait("a request") { $0.said.count == 1 }
            let answeredID = server.newest
            waiting.request("/waiting")
            server.wait("three connections, two requests") { $0.said.count == 2 && $0.count == 3 }
            let waitingID = server.newest
            server.sync { table in
                table.respond(answeredID, .text("answered\n"))
                table.drain()
                table.respond(waitingID, .text("waited\n"))
            }
            #expect(idle.receiveAll().isEmpty)
            #expect(waiting.receive(until: "waited\n").hasSuffix("waited\n"))
            #expect(answered.receive(until: "answered\n").hasSuffix("answered\n"))
        }
    }

    @Test func `closing everything closes everything`() throws {
        try TestServer(respond: TestServer.stream).run { server in
            let (idle, stream) = (try Client(server), try Client(server))
            stream.request("/")
            _ = stream.receive(until: "\r\n\r\n")
            server.wait("two connections") { $0.count == 2 }
            server.sync { $0.closeAll() }
            #expect(idle.receiveAll().isEmpty && stream.receiveAll().isEmpty)
            #expect(server.count == 0 && server.said == ["GET /", "stream closed"])
        }
    }
}
