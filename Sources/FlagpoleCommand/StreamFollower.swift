import Glibc
import HTTP
import JSON
import Redis

/// Follows a stream, and comes back with its cursor whenever it ends.
struct StreamFollower {
    /// How one connection ended.
    fileprivate enum Ending {
        /// The stream is over for good, or enough was printed.
        case done
        /// What is asked for can never be had.
        case refused(String)
        /// A stream was there; it comes back when the server asked for it.
        case cut(String)
        /// No stream was there; the waits grow.
        case unavailable(String)
    }

    /// The longest silence before the server has said how often it sends a heartbeat.
    private static let firstPatience = Duration.seconds(40)
    private static let longestWait = Duration.seconds(30)
    private static let maximumEventBytes = 67_108_864

    private let address: ServerAddress
    private let subscription: StreamSubscription
    private var printer: NotificationPrinter
    private var lastEventID: String
    private var retry = Duration.seconds(3)
    private var backOff: BackOff

    init(
        _ address: ServerAddress, _ subscription: StreamSubscription, _ printer: NotificationPrinter,
        lastEventID: String
    ) {
        self.address = address
        self.subscription = subscription
        self.printer = printer
        self.lastEventID = lastEventID
        backOff = BackOff(initial: retry, maximum: Self.longestWait)
    }

    /// Follows until the stream is over for good or enough was printed.
    ///
    /// - Throws: Why it can never work: the server refuses the request, or speaks another protocol.
    mutating func run() throws(CommandError) {
        var random = SystemRandomNumberGenerator()
        while true {
            let (delay, reason): (Duration, String)
            switch followOnce() {
            case .done:
                return
            case .refused(let why):
                throw .failure(why)
            case .cut(let why):
                backOff = BackOff(initial: min(retry, Self.longestWait), maximum: Self.longestWait)
                (delay, reason) = (retry, why)
            case .unavailable(let why):
                (delay, reason) = (backOff.next(using: &random), why)
            }
            let seconds = Double(delay / .milliseconds(100)).rounded() / 10
            Terminal.error.note("\(reason.printable); back in \(seconds) s")
            delay.sleep()
        }
    }

    private mutating func followOnce() -> Ending {
        let socket: ClientSocket
        do throws(CommandError) {
            socket = try ClientSocket(to: address)
        } catch {
            return .unavailable(error.description)
        }
        guard socket.send(subscription.request(to: address, lastEventID: lastEventID)) else {
            return .unavailable("\(address) closed the connection")
        }
        do throws(HTTPParseError) {
            return try follow(socket)
        } catch {
            return .refused("\(address) does not answer as a bridge does: \(error.detail)")
        }
    }

    /// Reads one response to its end.
    private mutating func follow(_ socket: borrowing ClientSocket) throws(HTTPParseError) -> Ending {
        var response = HTTPResponseParser()
        var events = ServerSentEventParser(lastEventID: lastEventID, maxEventBytes: Self.maximumEventBytes)
        var patience = Self.firstPatience
        var refusal: RefusedRequest?
        var isStream = false
        while true {
            switch socket.receive(within: patience) {
            case .bytes(let bytes): bytes.withUnsafeBytes { response.append($0) }
            case .silence where isStream: return .cut("\(address) went silent")
            case .silence: return .unavailable("\(address) does not answer")
            case .closed where isStream: return .cut("the stream was cut")
            case .closed: return refusal?.ending ?? .unavailable("\(address) closed the connection")
            }
            while let part = try response.next() {
                switch part {
                case .head(let status, _) where status.code == 204:
                    Terminal.error.note("the stream is over")
                    return .done
                case .head(let status, let headers) where status.code == 200:
                    guard headers["Content-Type"]?.hasPrefix("text/event-stream") == true else {
                        return .refused("\(address) answers, but not with an event stream")
                    }
                    isStream = true
                case .head(let status, _):
                    refusal = RefusedRequest(status: status)
                case .body(let bytes) where isStream:
                    events.append(bytes)
                    while let event = try events.next() {
                        patience = event.patience ?? patience
                        guard printer.show(event) else { return .done }
                    }
                    lastEventID = events.lastEventID
                    retry = events.retryMilliseconds.map { .milliseconds($0) } ?? retry
                case .body(let bytes):
                    refusal?.body += bytes
                case .end:
                    return refusal?.ending ?? .cut("the stream ended")
                }
            }
        }
    }

}

extension Duration {
    /// Has the thread sleep for so long.
    func sleep() {
        var time = timespec(tv_sec: Int(components.seconds), tv_nsec: Int(components.attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
    }
}

/// An answer that is no stream.
private struct RefusedRequest {
    let status: HTTPStatus
    var body: [UInt8] = []

    /// A client's error stays one, so only a server's is tried again; what the body says is passed on (RFC 9457).
    var ending: StreamFollower.Ending {
        let text = status.refusal(body)
        return 400..<500 ~= status.code && status != .tooManyRequests ? .refused(text) : .unavailable(text)
    }
}

extension ReceivedEvent {
    /// How long to wait for the next sign of life: two and a half times the interval of heartbeats, which the first
    /// event tells.
    fileprivate var patience: Duration? {
        guard event == "welcome", let milliseconds = (try? JSONValue.parse(Array(data.utf8)))?["ping_ms"]?.asInt,
            1...86_400_000 ~= milliseconds
        else { return nil }
        return .milliseconds(milliseconds * 5 / 2)
    }
}
