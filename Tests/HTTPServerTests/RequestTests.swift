import HTTP
import Testing

@testable import HTTPServer

struct RequestTests {
    @Test func `a request is answered`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.request("/a?b=c")
            let response = client.receive(until: "GET /a?b=c \n")
            #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n") && response.contains("Connection: keep-alive\r\n"))
        }
    }

    @Test func `a request that comes byte by byte is answered as one that comes whole`() throws {
        try TestServer().run { server in
            let request = "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody"
            let client = try Client(server)
            client.send(request)
            let whole = client.receive(until: "POST /a body\n")
            for byte in request.utf8 { client.send(String(decoding: [byte], as: UTF8.self)) }
            #expect(client.receive(until: "POST /a body\n") == whole)
        }
    }

    @Test func `a body may come in chunks`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.send("POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n")
            client.send("2\r\ndy\r\n0\r\n\r\n")
            #expect(bodies(client.receive(until: "POST /a body\n")) == ["POST /a body"])
        }
    }

    @Test func `a client that waits for permission to send its body gets it`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
            #expect(client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("body")
            #expect(client.receive(until: "POST /a body\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `HEAD is answered without a body`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let response = client.receiveAll()
            #expect(response.contains("Content-Length: 9\r\n") && response.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `pipelined requests are answered one after the other`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let client = try Client(server)
            client.send((1...3).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
            for number in 1...3 {
                server.wait("request \(number)") { $0.said.count >= number }
                #expect(server.said == (1...number).map { "GET /\($0)" })
                let id = server.newest
                server.sync { $0.respond(id, .text("GET \(number)\n")) }
                #expect(bodies(client.receive(until: "GET \(number)\n")) == ["GET \(number)"])
            }
        }
    }

    @Test func `many pipelined requests are answered in order`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            client.send((1...500).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
            #expect(bodies(client.receive(until: "GET /500 \n")) == (1...500).map { "GET /\($0) " })
        }
    }

    @Test func `a response to a connection that is gone is dropped`() throws {
        try TestServer(respond: TestServer.later).run { server in
            let client = try Client(server)
            client.request("/")
            server.wait("the request") { $0.said == ["GET /"] }
            let id = server.newest
            server.sync { $0.closeAll() }
            let other = try Client(server)
            other.request("/other")
            server.wait("the other request") { $0.said.count == 2 }
            server.sync { $0.respond(id, .text("not for you")) }
            let newest = server.newest
            #expect(newest != id)
            server.sync { $0.respond(newest, .text("yours")) }
            #expect(other.receive(until: "yours").hasSuffix("\r\n\r\nyours"))
        }
    }

    @Test func `the date is the one that was set`() throws {
        try TestServer().run { server in
            server.sync { $0.date = "Sat, 21 Nov 2026 08:00:00 GMT" }
            let client = try Client(server)
            client.request("/")
            #expect(client.receive(until: "GET / \n").contains("\r\nDate: Sat, 21 Nov 2026 08:00:00 GMT\r\n"))
        }
    }

    @Test func `a request comes with its peer's address`() throws {
        try TestServer { table, id, request in table.respond(id, .text("there\n")) }.run { server in
            let client = try Client(server)
            client.request("/")
            _ = client.receive(until: "there\n")
        }
    }
}
