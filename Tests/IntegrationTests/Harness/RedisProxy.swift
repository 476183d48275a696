import Foundation
import Synchronization

/// Stands between the bridge and a Redis, and does with each command and reply what a test tells it to.
///
/// It has a Unix socket of its own and a thread for each connection. Commands are treated one by one, also those that
/// came pipelined: read, forwarded, answered by exactly one whole reply.
final class RedisProxy: Sendable {
    enum Fault: Equatable, Sendable {
        case none
        /// Commands, or those of these names, are answered with an error and not forwarded.
        case refuse(String, commands: Set<String>? = nil)
        /// The next such command is forwarded, but its reply breaks off, and with it the connection. Once only.
        case cut(command: String, replyBytes: Int)
        /// At the next such command the connection ends; it is not forwarded. Once only.
        case drop(command: String)
        /// Each reply comes so much later.
        case slow(Duration)
        /// Nothing is forwarded before this is lifted, and nothing at all of whoever has hung up by then.
        case stall
    }

    private let directory: TemporaryDirectory
    private let listener: UnixSocket
    private let shared: Shared

    init(_ upstream: RedisServer) throws {
        directory = try TemporaryDirectory()
        listener = try UnixSocket(listeningOn: directory.path("proxy.sock"))
        shared = Shared(target: upstream.socketPath)
        let (listener, shared) = (listener, shared)
        shared.run {
            while let client = listener.accept() { shared.run { shared.serve(client) } }
        }
    }

    deinit {
        listener.shutDown()
        shared.stop()
    }

    /// As `redis.url` takes it.
    var url: String { "unix://\(directory.path("proxy.sock"))" }

    var fault: Fault {
        get { shared.state.withLock { $0.fault } }
        set { shared.state.withLock { $0.fault = newValue } }
    }

    /// How often a fault struck: once for each command refused, cut, dropped, slowed or held up.
    var strikes: Int { shared.state.withLock { $0.strikes } }

    /// Leads to another Redis from now on; the connections that there are end.
    func redirect(to server: RedisServer) {
        shared.state.withLock { state in
            state.target = server.socketPath
            for socket in state.open { socket.shutDown() }
        }
    }
}

extension RedisProxy {
    /// What the threads know; they outlive nothing of the proxy but this.
    fileprivate final class Shared: Sendable {
        struct State {
            var fault = Fault.none
            var strikes = 0
            var target: String
            var open: [UnixSocket] = []
            var threads = 0
            var isStopping = false
        }

        let state: Mutex<State>

        init(target: String) {
            state = Mutex(State(target: target))
        }

        func run(_ body: @escaping @Sendable () -> Void) {
            state.withLock { $0.threads += 1 }
            Thread {
                body()
                self.state.withLock { $0.threads -= 1 }
            }.start()
        }

        /// Ends all connections and waits for the threads.
        func stop() {
            try? eventually("the end of a proxy") {
                state.withLock { state in
                    state.isStopping = true
                    for socket in state.open { socket.shutDown() }
                    return state.threads == 0
                }
            }
        }

        /// Serves a connection until either side ends it, or a fault does.
        func serve(_ client: UnixSocket) {
            guard let server = try? UnixSocket(connectingTo: state.withLock { $0.target }) else { return }
            let sockets = [client, server]
            state.withLock { $0.open += sockets }
            defer { state.withLock { state in state.open.removeAll { open in sockets.contains { $0 === open } } } }
            var (commands, replies) = (RESPReader(client), RESPReader(server))
            while let command = commands.next() {
                guard let answer = answer(to: command, client, server, &replies), client.send(answer.bytes),
                    !answer.isLast
                else { return }
            }
        }

        /// What is sent for a command; nil where the connection is to end.
        private func answer(
            to command: [UInt8], _ client: UnixSocket, _ server: UnixSocket, _ replies: inout RESPReader
        ) -> (bytes: [UInt8], isLast: Bool)? {
            let fault = strike(at: RESPReader.name(of: command))
            switch fault {
            case .refuse(let error, _): return (Array("-\(error)\r\n".utf8), false)
            case .drop: return nil
            case .stall: wait(while: .stall, until: nil)
            case .none, .cut, .slow: break
            }
            guard !client.isHungUp, server.send(command), let reply = replies.next() else { return nil }
            switch fault {
            case .cut(_, let count): return (Array(reply.prefix(count)), true)
            case .slow(let delay): wait(while: fault, until: .now + delay)
            default: break
            }
            return (reply, false)
        }

        /// The fault that strikes at a command of this name; one that strikes once is used up.
        private func strike(at name: String) -> Fault {
            state.withLock { state in
                let fault = state.fault
                switch fault {
                case .none: return .none
                case .refuse(_, let commands) where !(commands?.contains(name) ?? true): return .none
                case .cut(let command, _) where command != name: return .none
                case .drop(let command) where command != name: return .none
                case .cut, .drop: state.fault = .none
                case .refuse, .slow, .stall: break
                }
                state.strikes += 1
                return fault
            }
        }

        private func wait(while fault: Fault, until deadline: ContinuousClock.Instant?) {
            while state.withLock({ $0.fault == fault && !$0.isStopping }) {
                if let deadline, deadline <= .now { return }
                poll(nil, 0, 2)
            }
        }
    }
}
