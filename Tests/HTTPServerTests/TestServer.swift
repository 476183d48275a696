import Dispatch
import Glibc
import HTTP
import Reactor
import Synchronization
import Testing

@testable import HTTPServer

/// A connection table on a loop's own thread, with a clock that only the test moves.
///
/// `@unchecked Sendable`: what is mutable is touched on the loop's thread alone.
final class TestServer: @unchecked Sendable {
    typealias Responder = @Sendable (inout ConnectionTable, ConnectionID, HTTPRequest) -> Void

    let port: Int
    private let loop = EventLoop()
    private let listener: Listener
    private let respond: Responder
    private var table: ConnectionTable
    private var thread: NamedThread?
    private var clock = MonotonicTime(nanoseconds: 1_000_000_000_000)
    private var notices: [String] = []
    private var requests: [ConnectionID] = []
    private var closed: [ConnectionClosing: Int] = [:]

    init(
        limits: HTTPLimits = HTTPLimits(), timeouts: ConnectionTimeouts = ConnectionTimeouts(),
        socket path: String? = nil, respond: @escaping Responder = TestServer.echo
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        listener = try path.map { try Listener(socket: $0) } ?? Listener(host: "127.0.0.1", port: 0)
        port = listener.port
        self.respond = respond
        table = ConnectionTable(loop: loop, limits: limits, timeouts: timeouts)
        table.setTime(clock)
        table.tracksAcknowledgements = path != nil
        #expect(loop.registerListener(Registration(descriptor: listener.descriptor, generation: 0)))
    }

    /// Serves while `body` runs, then closes everything.
    func run(_ body: (TestServer) throws -> Void) rethrows {
        let thread = NamedThread("test server") {
            self.loop.run(turn: self.turn, beforeWaiting: self.finishTurn)
            self.table.closeAll()
        }
        defer {
            loop.stop()
            thread.join()
            close(listener.descriptor)
        }
        try body(self)
    }

    private func turn(_ ready: [ReadyDescriptor]) {
        table.setTime(clock)
        for event in ready {
            if event.registration.descriptor == listener.descriptor {
                table.accept(from: listener.descriptor)
            } else {
                table.handle(event.registration, event.events)
            }
        }
        handleNotices()
    }

    private func finishTurn() -> MonotonicTime {
        table.flush()
        handleNotices()
        return table.hasWork ? .now : .distantFuture
    }

    private func handleNotices() {
        while let notice = table.nextNotice() {
            switch notice {
            case .request(let id, let request, _, _):
                notices.append("\(request.method.name) \(request.target.raw)")
                requests.append(id)
                respond(&table, id, request)
            case .crowded(let id, let request, _):
                notices.append("crowded")
                table.respond(id, .text("crowded \(request.body.count)\n", status: .serviceUnavailable))
            case .malformed(let id, let error, _, _):
                notices.append("malformed")
                table.respond(id, .text(error.detail, status: error.status), closing: true)
            case .timedOut(let id, _, _):
                notices.append("timed out")
                table.respond(id, .text("late", status: .requestTimeout), closing: true)
            case .drained: notices.append("drained")
            case .streamClosed(_, let acknowledged):
                notices.append(acknowledged < 0 ? "stream closed" : "stream closed, \(acknowledged) acknowledged")
            case .acceptFailed: notices.append("accept failed")
            }
        }
    }

    /// Answers with the method, the target and the body.
    static let echo: Responder = { table, id, request in
        let body = String(decoding: request.body, as: UTF8.self)
        table.respond(id, .text("\(request.method.name) \(request.target.raw) \(body)\n"))
    }

    /// Opens an event stream at once.
    static let stream: Responder = { table, id, _ in
        _ = table.beginStream(id, ["Content-Type": "text/event-stream"])
    }

    /// Leaves the answer to the test.
    static let later: Responder = { _, _, _ in }
}

extension TestServer {
    /// Calls `body` on the loop's thread, between a turn's events and its flush, and returns what it returned.
    @discardableResult
    func sync<T: Sendable>(_ body: @escaping @Sendable (inout ConnectionTable) -> T) -> T? {
        let result = Result<T>()
        loop.submit {
            result.value.withLock { $0 = body(&self.table) }
            result.isThere.signal()
        }
        result.isThere.wait()
        return result.value.withLock { $0 }
    }

    private final class Result<T: Sendable>: Sendable {
        let value = Mutex<T?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    /// What the table said so far.
    var said: [String] { sync { _ in self.notices } ?? [] }

    /// How many connections and streams are open.
    var count: Int { sync { $0.count } ?? -1 }
    var streamCount: Int { sync { $0.streamCount } ?? -1 }

    /// The connection of the newest request.
    var newest: ConnectionID {
        sync { _ in self.requests.last }.flatMap(\.self) ?? ConnectionID(descriptor: -1, generation: 0)
    }

    /// How many bytes wait for a stream.
    func pending(_ id: ConnectionID) -> Int { sync { $0.pendingBytes(id) } ?? -1 }

    func isHalfClosed(_ id: ConnectionID) -> Bool { sync { $0.slots[Int(id.descriptor)].isHalfClosed } ?? false }

    /// How much has arrived of requests that are not complete.
    var bufferedBytes: Int {
        sync { $0.slots.compactMap(\.reader).reduce(0) { $0 + $1.parser.bufferedBytes } } ?? -1
    }

    /// How many connections have no whole request, and how many bytes requests take, by the table's own count.
    var waiting: Int { sync { $0.waitingCount } ?? -1 }
    var held: Int { sync { $0.arrivingBytes + $0.unansweredBytes } ?? -1 }

    /// The connections that the table closed of its own accord.
    var closings: [ConnectionClosing: Int] {
        sync { table in
            self.closed.merge(table.takeOutcomes().closings) { $0 + $1 }
            return self.closed
        } ?? [:]
    }

    func send(_ chunk: [UInt8], to id: ConnectionID) {
        sync { table in table.send(chunk, to: id) }
    }

    /// Lets the loop turn until `condition` holds, for ten seconds at most.
    func wait(_ comment: Comment, until condition: (TestServer) -> Bool) {
        let end = MonotonicTime.now + 10_000
        while !condition(self) {
            guard .now < end else {
                Issue.record("it did not come true in ten seconds: \(comment)")
                return
            }
            poll(nil, 0, 1)
        }
    }

    /// Moves the clock and sweeps; returns how many event streams were silent for `silence`.
    @discardableResult
    func pass(_ interval: Milliseconds, silence: Milliseconds = 1_000_000) -> Int {
        let silent = sync { table in
            self.clock = self.clock + interval
            table.setTime(self.clock)
            return table.sweep(silence: silence).count
        }
        return silent ?? -1
    }
}
