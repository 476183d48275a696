/// What was sent and what has arrived where.
struct BenchLedger {
    /// When each notification was sent, in nanoseconds.
    private var sent: [Int64] = []
    /// To which feed.
    private var feeds: [Int] = []
    /// The highest number that each stream has got, -1 for none.
    private var last: [Int]
    private var seen: [Set<Int>]
    private(set) var expected = 0
    private(set) var delivered = 0
    private(set) var duplicates = 0
    private(set) var disorders = 0
    /// Nanoseconds from sending to arrival: of what was sent to a feed before anything of it had arrived, and after.
    private(set) var quiet: [Int64] = []
    private(set) var busy: [Int64] = []
    /// Whether something sent to a feed has arrived.
    private var isBusy: [Bool]
    /// Whether that was so when a notification was sent.
    private var wasBusy: [Bool] = []

    init(_ load: BenchLoad) {
        last = Array(repeating: -1, count: load.streams)
        seen = Array(repeating: [], count: load.streams)
        isBusy = Array(repeating: false, count: load.feeds)
    }

    var isComplete: Bool { delivered == expected }
    var lost: Int { expected - delivered }
    var isSound: Bool { lost == 0 && duplicates == 0 && disorders == 0 }

    /// Notes that the next notification goes to a feed with so many streams; returns its number.
    mutating func send(to feed: Int, streams: Int, at time: Int64) -> Int {
        sent.append(time)
        feeds.append(feed)
        wasBusy.append(isBusy[feed])
        expected += streams
        return sent.count - 1
    }

    /// Notes that a notification has arrived on a stream.
    mutating func arrive(_ number: Int, stream: Int, at time: Int64) {
        guard sent.indices.contains(number) else { return }
        guard seen[stream].insert(number).inserted else {
            duplicates += 1
            return
        }
        delivered += 1
        if number < last[stream] { disorders += 1 }
        last[stream] = max(last[stream], number)
        isBusy[feeds[number]] = true
        if wasBusy[number] { busy.append(time - sent[number]) } else { quiet.append(time - sent[number]) }
    }

    /// From here on latencies are not kept: what is sent as fast as possible waits for itself.
    mutating func takeLatencies() -> (quiet: Latencies, busy: Latencies) {
        defer { (quiet, busy) = ([], []) }
        return (Latencies(quiet), Latencies(busy))
    }
}

/// Percentiles of latencies, in milliseconds.
struct Latencies {
    private let sorted: [Int64]

    init(_ nanoseconds: [Int64]) { sorted = nanoseconds.sorted() }

    var isEmpty: Bool { sorted.isEmpty }

    /// The latency that so many percent do not exceed: the nearest rank.
    func percentile(_ percent: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((percent / 100 * Double(sorted.count)).rounded(.up))
        return Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1e6
    }
}
