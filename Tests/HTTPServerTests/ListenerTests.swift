import Glibc
import Testing

@testable import HTTPServer

struct ListenerTests {
    @Test func `port 0 becomes one that is free`() throws {
        let (first, second) = (try Listener(host: "127.0.0.1", port: 0), try Listener(host: "localhost", port: 0))
        defer { for listener in [first, second] { close(listener.descriptor) } }
        #expect(first.port > 0 && second.port > 0 && first.port != second.port)
    }

    @Test func `an address that is in use is said to be`() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0)
        defer { close(listener.descriptor) }
        let port = listener.port
        #expect(throws: ListenerError.addressInUse("127.0.0.1:\(port)")) { try Listener(host: "127.0.0.1", port: port) }
    }

    @Test func `listeners may share a port`() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0, sharesPort: true)
        defer { close(listener.descriptor) }
        let other = try Listener(host: "127.0.0.1", port: listener.port, sharesPort: true)
        close(other.descriptor)
        #expect(other.port == listener.port)
    }

    @Test(arguments: ["192.0.2.1", "no such host", "", "127.0.0.1:1"])
    func `a host that is not this machine's is said to be unknown`(host: String) {
        let error = #expect(throws: ListenerError.self) {
            close(try Listener(host: host, port: 0).descriptor)
        }
        if case .unknownHost(let address) = error {
            #expect(address == host || address == "\(host):0")
        } else {
            Issue.record()
        }
    }

    @Test func `what is written to a connection does not wait for more`() throws {
        try TestServer().run { server in
            let client = try Client(server)
            server.wait("the connection is accepted") { $0.count == 1 }
            let isAtOnce = server.sync { table in
                let descriptor = table.slots.indices.first { table.slots[$0].state != .free }
                var (value, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
                getsockopt(Int32(descriptor ?? -1), Int32(IPPROTO_TCP), TCP_NODELAY, &value, &length)
                return value == 1
            }
            #expect(isAtOnce == true)
            client.vanish()
        }
    }

    @Test func `a peer's address is written without its port`() {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
            bytes.storeBytes(of: UInt32(0x7F00_0001).bigEndian, toByteOffset: 4, as: UInt32.self)
        }
        #expect(PeerAddress(storage).description == "127.0.0.1")
        storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
            bytes.storeBytes(of: 1, toByteOffset: 23, as: UInt8.self)
        }
        #expect(PeerAddress(storage).description == "::1")
        storage.ss_family = sa_family_t(AF_UNIX)
        #expect(PeerAddress(storage).description == "unix")
    }
}
