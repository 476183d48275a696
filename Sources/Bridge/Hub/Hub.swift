import Access
import Feeds
import Glibc
import HTTP
import HTTPServer
import Reactor
import Synchronization

/// One event loop: its connections, the streams among them, and which stream has which feed.
///
/// Everything here is plain values on one thread. It asks the store's reader for backlogs, tells the poller which
/// feeds are watched, gets commits from the store's writer, and never blocks.
actor Hub {
    nonisolated let loop = EventLoop()
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let settings: Configuration
    let epoch: String
    let telemetry: Telemetry
    let poller: Poller
    let reader: StoreReader
    let writer: StoreWriter
    let publisher: Publisher
    let tokens: TokenStore
    let gatekeeper: Gatekeeper
    let cors: CrossOrigin
    let router: Router<Endpoint>

    /// All event loops, this one among them.
    var hubs: [Hub] = []
    /// What let streams in.
    var admissions = Admissions()
    var nextTokenCheck = MonotonicTime(nanoseconds: 0)
    /// Whether Redis has yet to say what has become of tokens.
    var awaitsTokenCheck = false
    var streamsByAddress: StreamCounts<IPAddress>
    var streamsByIdentity: StreamCounts<Caller.Account>
    var addressRates: TokenBuckets<IPAddress>?
    var keyRates: TokenBuckets<Caller.Account>?
    /// How often each caller or address publishes through routes that limit it, by the route's name.
    var routeRates: [String: TokenBuckets<LimitedWriter>] = [:]
    /// Whether it matters which address a request counts for.
    let countsAddresses: Bool
    var connections: ConnectionTable
    var streams: [StreamState] = []
    var subscriptions = Subscriptions()
    /// Feeds whose first stream came, or whose last one left, in this turn.
    var newlyWatched: [FeedName] = []
    var newlyForsaken: [FeedName] = []
    /// Whether the poller knows that a stream asks for broadcast events.
    var watchesEvents = false
    /// What this turn's streams want to know of the store.
    var queries: [(ConnectionID, StreamQuery)] = []
    /// Streams that begin once the poller knows where the lists of their ephemeral feeds end.
    var awaitingPositions: [ConnectionID] = []
    /// What is still to come of backlogs that did not fit into one part, by descriptor.
    var rests: [Int32: StreamStart] = [:]
    /// Streams whose last question the database could not answer.
    var unanswered: [ConnectionID] = []
    var random = RandomReserve()
    /// How many streams have not been welcomed yet.
    var unwelcomed = 0
    var eventsSent = 0
    /// What streams want of their feeds.
    var selections = StreamSelections()
    /// Requests for streams that may be over.
    var undecided: [ConnectionID: UndecidedStream] = [:]
    /// Streams that end once what was sent to them has arrived.
    var ending: Set<ConnectionID> = []
    /// Whether there are kinds whose feeds end.
    let feedsCanEnd: Bool
    /// What streams hold back, by descriptor as far as one has something to hold back, and when it is due.
    var pacings: [StreamPacing?] = []
    var deadlines = DeadlineQueue()
    /// Releases of this turn, which many streams may share.
    var encodedReleases: [ReleaseKey: EncodedRelease] = [:]
    var lastRelease: EncodedRelease?
    var notificationsRuledOut = 0
    /// How many entries were sent without being stored.
    var ephemeralCount: Int64 = 0
    /// Who knows of all loops' streams who is where; `nil` where no kind tells of it.
    let presence: PresenceBoard?
    /// The kinds that tell of it.
    let presenceKinds: Set<String>
    /// Streams of such kinds, by descriptor.
    var present: [Int32: PresentStream] = [:]
    /// Who came and went in this turn.
    var presenceChanges: [PresenceChange] = []
    /// What counts as read once it has arrived.
    var deliveries = Deliveries()
    /// The position up to which commits were delivered.
    var delivered: LogPosition
    var isDraining = false
    let maximumStreams: Int
    /// The kinds whose notifications are read once they are delivered.
    let deliveryKinds: Set<String>
    /// The kinds of which nothing is stored.
    let ephemeralKinds: Set<String>
    /// Whether some kind has streams wait for notifications.
    let hasPacedKinds: Bool
    private let listener: Listener
    /// Where operators ask, if that is an address of its own.
    private let adminListener: Listener?
    var nextSweep = MonotonicTime.now
    let sweepInterval: Milliseconds
    var whenDrained: (@Sendable () -> Void)?
    /// Whether the last connection has gone after `drain`.
    nonisolated let hasDrained = Atomic<Bool>(false)
    private var reportedStreams = 0

    init(
        _ settings: Configuration, maximumStreams: Int, listener: Listener, adminListener: Listener? = nil,
        epoch: String, logEnd: LogPosition, poller: Poller, reader: StoreReader, writer: StoreWriter,
        publisher: Publisher, tokens: TokenStore, gatekeeper: Gatekeeper,
        presence: PresenceBoard? = nil, telemetry: Telemetry
    ) {
        self.settings = settings
        self.maximumStreams = maximumStreams
        self.listener = listener
        self.adminListener = adminListener
        self.epoch = epoch
        delivered = logEnd
        self.poller = poller
        self.reader = reader
        self.writer = writer
        self.publisher = publisher
        self.tokens = tokens
        self.gatekeeper = gatekeeper
        self.presence = presence
        presenceKinds = Set(settings.kinds.filter(\.tellsPresence).map(\.name))
        cors = CrossOrigin(settings.cors.origins)
        addressRates = TokenBuckets(perSecond: settings.server.requestsPerSecondPerAddress)
        keyRates = TokenBuckets(perSecond: settings.server.requestsPerSecondPerKey)
        streamsByAddress = StreamCounts(limit: settings.server.maxStreamsPerAddress)
        streamsByIdentity = StreamCounts(limit: settings.server.maxStreamsPerIdentity)
        let limitedRoutes = settings.routes.filter { $0.perMinute != nil }
        for route in limitedRoutes {
            routeRates[route.name] = route.perMinute.map { TokenBuckets(perMinute: $0, capacity: 65_536) }
        }
        countsAddresses =
            settings.server.requestsPerSecondPerAddress > 0 || settings.server.maxStreamsPerAddress > 0
            || !limitedRoutes.isEmpty
        self.telemetry = telemetry
        router = Endpoint.router(settings.routes)
        var timeouts = ConnectionTimeouts()
        timeouts.head = Milliseconds(Int64(settings.server.headTimeoutMilliseconds))
        timeouts.body = Milliseconds(Int64(settings.server.bodyTimeoutMilliseconds))
        timeouts.idle = Milliseconds(Int64(settings.server.idleTimeoutMilliseconds))
        timeouts.stalledStream = Milliseconds(Int64(settings.server.stalledStreamMilliseconds))
        deliveryKinds = Set(settings.kinds.filter { $0.readMarking == .onDelivery }.map(\.name))
        feedsCanEnd = settings.kinds.contains { $0.rules.ending != nil }
        ephemeralKinds = Set(settings.kinds.filter(\.isEphemeral).map(\.name))
        hasPacedKinds = settings.kinds.contains { $0.maxPerSecond != nil || $0.batch != nil }
        let limits = HTTPLimits(
            requestLineBytes: settings.server.maxRequestLineBytes, headerBytes: settings.server.maxHeaderBytes,
            bodyBytes: settings.server.maxBodyBytes)
        connections = ConnectionTable(loop: loop, limits: limits, timeouts: timeouts)
        // One alone may be as large as it may be.
        let largest = settings.server.maxHeaderBytes + settings.server.maxBodyBytes
        connections.heldLimit = max(settings.server.maxBufferedRequestBytes, largest)
        connections.waitingLimit = settings.server.maxWaitingConnections
        // Of few descriptors they get a share only.
        if maximumStreams > 0 { connections.waitingLimit = min(connections.waitingLimit, max(64, maximumStreams / 4)) }
        connections.descriptorLimit = OpenFileLimit.connections
        connections.tracksAcknowledgements = !deliveryKinds.isEmpty
        sweepInterval = Milliseconds(Int64(min(500, max(5, settings.server.pingMilliseconds / 10))))
    }

    /// Serves until `drain` is done; the calling thread becomes the loop's.
    nonisolated func run() {
        loop.run(
            turn: { ready in assumeIsolated { $0.turn(ready) } },
            beforeWaiting: { assumeIsolated { $0.finishTurn() } })
        assumeIsolated { $0.connections.closeAll() }
    }

    func listen() {
        for listener in listeners {
            _ = loop.registerListener(Registration(descriptor: listener.descriptor, generation: 0))
        }
    }

    var listeners: [Listener] { [listener] + (adminListener.map { [$0] } ?? []) }

    private func turn(_ ready: [ReadyDescriptor]) {
        connections.setTime(.now)
        for event in ready {
            let descriptor = event.registration.descriptor
            if descriptor == listener.descriptor || descriptor == adminListener?.descriptor {
                connections.accept(from: descriptor)
            } else {
                connections.handle(event.registration, event.events)
            }
        }
        handleNotices()
    }

    /// Writes what the turn queued, and says until when the loop may sleep.
    private func finishTurn() -> MonotonicTime {
        let now = MonotonicTime.now
        connections.setTime(now)
        if now >= nextSweep { sweep(now) }
        if now >= deliveries.nextLook { markDelivered(now) }
        if now >= deadlines.next { releaseDue(now) }
        finishPacing()
        // What a flush brings about (a drained stream, a closed one) is handled in the same turn, but once only, so
        // that new events get their turn as well.
        connections.flush()
        if eventsSent > 0 { Faults.reach(.sent) }
        handleNotices()
        handOver()
        guard !connections.hasWork else { return now }
        return min(nextSweep, deliveries.nextLook, deadlines.next, connections.nextHead)
    }

    private func handleNotices() {
        while let notice = connections.nextNotice() {
            switch notice {
            case .request(let id, let request, let peer, let listener):
                serve(request, from: peer, isForOperators: listener == adminListener?.descriptor, id)
            case .crowded(let id, let request, let listener):
                let problem = Problem(
                    .serviceUnavailable, "Too many requests wait for their answers; send it again.",
                    headers: [("Retry-After", "1")])
                refuse(request, problem, closing: false, isForOperators: listener == adminListener?.descriptor, id)
            case .malformed(let id, let error, let head, let listener):
                let problem = Problem(error.status, error.detail)
                refuse(head, problem, isForOperators: listener == adminListener?.descriptor, id)
            case .timedOut(let id, let head, let listener):
                let problem = Problem(.requestTimeout, "The request did not arrive in time; send it again.")
                refuse(head, problem, isForOperators: listener == adminListener?.descriptor, id)
            case .drained(let id): continueStream(id)
            case .streamClosed(let id, let acknowledged):
                deliveries.note(id, acknowledged: acknowledged)
                deliveries.forget(id)
                forget(id)
            case .acceptFailed(let code):
                telemetry.logger.warning(
                    "connections cannot be accepted for a moment; raise the limit on open files (ulimit -n)",
                    [("error", .string(String(cString: strerror(code))))])
            }
        }
    }

    /// Hands to other threads what the turn brought up for them: one batch each.
    private func handOver() {
        if !newlyWatched.isEmpty || !newlyForsaken.isEmpty {
            let (watched, forsaken) = (newlyWatched, newlyForsaken)
            newlyWatched.removeAll()
            newlyForsaken.removeAll()
            poller.post(on: poller.executor) { poller in
                poller.watch(watched)
                poller.unwatch(forsaken)
            }
        }
        askWhenPositioned()
        handOverPresence()
        if !queries.isEmpty {
            let asked = queries
            queries.removeAll()
            let reply: @Sendable ([(ConnectionID, StreamPage?)]) -> Void = { [self] answers in
                post(on: loop) { hub in hub.received(answers) }
            }
            reader.post(on: reader.executor) { reader in reader.answer(asked, reply: reply) }
        }
        if eventsSent > 0 {
            telemetry.eventsSent.add(eventsSent)
            eventsSent = 0
        }
        if connections.streamCount != reportedStreams {
            telemetry.streams.add(Double(connections.streamCount - reportedStreams))
            reportedStreams = connections.streamCount
        }
        if isDraining && connections.count == 0 { drained() }
    }
}
