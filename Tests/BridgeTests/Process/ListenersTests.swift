import Glibc
import HTTPServer
import Testing

@testable import Bridge

struct ListenersTests {
    @Test(arguments: [1, 2])
    func `a port that another bridge listens on is in use, however many threads share it`(threads: Int) throws {
        var server = Configuration.Server()
        server.port = 0
        server.threads = threads
        let listeners = try Listener.all(server)
        #expect(listeners.map(\.port) == Array(repeating: listeners[0].port, count: threads))
        server.port = listeners[0].port
        #expect(throws: ListenerError.addressInUse("127.0.0.1:\(server.port)")) { try Listener.all(server) }
        for listener in listeners { close(listener.descriptor) }
        for listener in try Listener.all(server) { close(listener.descriptor) }
    }
}
