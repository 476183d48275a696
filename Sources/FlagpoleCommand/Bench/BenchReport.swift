import JSON

/// What a measurement has found.
struct BenchReport {
    let load: BenchLoad
    let connectingSeconds: Double
    /// Of what was sent to feeds whose flags are looked at once per `poll.interval_ms`.
    let quiet: Latencies
    /// Of what was sent to feeds with news a moment ago, looked at once per `poll.active_interval_ms`.
    let busy: Latencies
    /// Deliveries a second, as fast as possible.
    let throughput: Double
    let ledger: BenchLedger

    private static let percentiles: [(String, Double)] = [("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)]

    var text: String {
        """
        streams     \(load.streams) on \(load.feeds) feeds, live after \(Self.rounded(connectingSeconds * 1000)) ms
        quiet feed  \(Self.line(quiet))
        busy feed   \(Self.line(busy))
        at once     \(load.messages) notifications, \(Int(throughput.rounded())) deliveries/s
        sound       \(ledger.delivered) of \(ledger.expected) delivered, \(ledger.lost) lost, \(ledger.duplicates) doubled, \(ledger.disorders) out of order

        """
    }

    var json: JSONValue {
        .object([
            "streams": Self.number(load.streams), "feeds": Self.number(load.feeds),
            "messages": Self.number(load.messages), "rate": Self.number(load.rate),
            "connecting_ms": .number(Self.rounded(connectingSeconds * 1000)),
            "quiet_latency_ms": Self.object(quiet), "busy_latency_ms": Self.object(busy),
            "deliveries_per_second": Self.number(Int(throughput.rounded())), "expected": Self.number(ledger.expected),
            "delivered": Self.number(ledger.delivered), "lost": Self.number(ledger.lost),
            "duplicates": Self.number(ledger.duplicates), "out_of_order": Self.number(ledger.disorders),
        ])
    }

    private static func line(_ latencies: Latencies) -> String {
        guard !latencies.isEmpty else { return "none" }
        return percentiles.map { "\($0.0) \(rounded(latencies.percentile($0.1))) ms" }.joined(separator: "   ")
    }

    private static func object(_ latencies: Latencies) -> JSONValue {
        guard !latencies.isEmpty else { return .null }
        var object = JSONObject()
        for (name, percent) in percentiles { object[name] = .number(rounded(latencies.percentile(percent))) }
        return .object(object)
    }

    private static func number(_ number: Int) -> JSONValue { .number(String(number)) }

    /// With one digit behind the point.
    private static func rounded(_ milliseconds: Double) -> String { String((milliseconds * 10).rounded() / 10) }
}
