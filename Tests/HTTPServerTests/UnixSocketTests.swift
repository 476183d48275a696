import Foundation
import HTTP
import Testing

@testable import HTTPServer

/// Streams over a Unix socket.
struct UnixSocketTests {
    private let path = FileManager.default.temporaryDirectory.appending(path: "fp-\(UUID().uuidString.prefix(13))").path
    private let event = ChunkEncoder.frame(Array("data: 1\n\n".utf8))

    /// Calls `body` with a client that has read its stream's head, and has not read an event.
    private func withUnreadEvent(_ body: (TestServer, Client, ConnectionID) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try TestServer(socket: path, respond: TestServer.stream).run { server in
            let client = try Client(socket: path)
            client.request("/stream")
            #expect(client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            let id = server.newest
            server.wait("the head is taken") { $0.acknowledged(id) == .max }
            server.send(event, to: id)
            server.wait("the event is written") { $0.pending(id) == 0 }
            #expect(server.acknowledged(id) == -1)
            try body(server, client, id)
        }
    }

    @Test func `what a peer has read is acknowledged`() throws {
        try withUnreadEvent { server, client, id in
            #expect(client.receiveOnce() == event)
            server.wait("it is acknowledged") { $0.acknowledged(id) == .max }
            client.vanish()
            server.wait("the stream closes") { $0.said == ["GET /stream", "stream closed"] }
        }
    }

    @Test func `what a peer has not read when it closes is not acknowledged, though the kernel holds it no more`()
        throws
    {
        try withUnreadEvent { server, client, id in
            // In one turn, before the server has seen the end.
            let descriptor = client.giveUp()
            let atTheEnd = server.sync { table in
                close(descriptor)
                return table.acknowledgedBytes(id)
            }
            #expect(atTheEnd == -1)
            server.wait("the stream closes") { $0.streamCount == 0 }
            #expect(server.said == ["GET /stream", "stream closed"])
        }
    }

    @Test func `a socket that cannot be made says what to do`() throws {
        #expect(throws: ListenerError.noDirectory(path: "/nonexistent/a.sock")) {
            try Listener(socket: "/nonexistent/a.sock")
        }
        #expect("\(ListenerError.noDirectory(path: "/x/a.sock"))".contains("its directory is not there: create that"))
    }
}

extension TestServer {
    fileprivate func acknowledged(_ id: ConnectionID) -> Int64 { sync { $0.acknowledgedBytes(id) } ?? 0 }
}
